namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 LEASE_BREAK Response, [MS-SMB2] 2.2.25.2. Flags and LeaseDuration are reserved.</summary>
public readonly record struct LeaseBreakResponse(Guid LeaseKey, LeaseState LeaseState)
    : IResponse<LeaseBreakResponse>
{
    /// <summary>36 fixed bytes.</summary>
    public const ushort StructureSize = 36;

    int IMessage<LeaseBreakResponse>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out LeaseBreakResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(6); // Reserved, Flags
        message = new LeaseBreakResponse(reader.ReadGuid(), (LeaseState)reader.ReadUInt32());
        reader.Skip(8); // LeaseDuration
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteZeros(6);
        writer.WriteGuid(LeaseKey);
        writer.WriteUInt32((uint)LeaseState);
        writer.WriteUInt64(0);
    }
}
