namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 Lease Break Notification, [MS-SMB2] 2.2.23.2. BreakReason and the mask hints are reserved.</summary>
/// <param name="NewEpoch">For V2 leases; 0 for others.</param>
public readonly record struct LeaseBreakNotification(
    ushort NewEpoch, LeaseBreakFlags Flags, Guid LeaseKey, LeaseState CurrentLeaseState, LeaseState NewLeaseState)
    : IResponse<LeaseBreakNotification>
{
    /// <summary>44 fixed bytes.</summary>
    public const ushort StructureSize = 44;

    int IMessage<LeaseBreakNotification>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out LeaseBreakNotification message)
    {
        reader.ExpectStructureSize(StructureSize);
        message = new LeaseBreakNotification(
            NewEpoch: reader.ReadUInt16(),
            Flags: (LeaseBreakFlags)reader.ReadUInt32(),
            LeaseKey: reader.ReadGuid(),
            CurrentLeaseState: (LeaseState)reader.ReadUInt32(),
            NewLeaseState: (LeaseState)reader.ReadUInt32());
        reader.Skip(12); // BreakReason, AccessMaskHint, ShareMaskHint
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(NewEpoch);
        writer.WriteUInt32((uint)Flags);
        writer.WriteGuid(LeaseKey);
        writer.WriteUInt32((uint)CurrentLeaseState);
        writer.WriteUInt32((uint)NewLeaseState);
        writer.WriteZeros(12);
    }
}

/// <summary>The Flags field of a lease break notification, [MS-SMB2] 2.2.23.2.</summary>
[Flags]
public enum LeaseBreakFlags : uint
{
    None = 0,
    /// <summary>SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED</summary>
    AckRequired = 0x00000001,
}
