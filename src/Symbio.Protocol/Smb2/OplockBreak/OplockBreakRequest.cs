namespace Symbio.Protocol.Smb2;

/// <summary>
/// What a client sends with the OPLOCK_BREAK command: an oplock break acknowledgment, [MS-SMB2] 2.2.24.1, or a lease
/// break acknowledgment, 2.2.24.2. StructureSize tells them apart.
/// </summary>
/// <param name="IsLease">True when <paramref name="Lease"/> counts, false when <paramref name="Oplock"/> does.</param>
public readonly record struct OplockBreakRequest(
    bool IsLease, OplockBreakAcknowledgment Oplock, LeaseBreakAcknowledgment Lease) : IRequest<OplockBreakRequest>
{
    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.OplockBreak;

    int IMessage<OplockBreakRequest>.Length =>
        IsLease ? LeaseBreakAcknowledgment.StructureSize : OplockBreakAcknowledgment.StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out OplockBreakRequest message)
    {
        message = default;
        var peek = new WireReader(reader.Memory, reader.Position);
        if (peek.ReadUInt16() == LeaseBreakAcknowledgment.StructureSize)
        {
            bool isLeaseValid = LeaseBreakAcknowledgment.TryRead(ref reader, out LeaseBreakAcknowledgment lease);
            message = new OplockBreakRequest(true, default, lease);
            return isLeaseValid;
        }

        bool isValid = OplockBreakAcknowledgment.TryRead(ref reader, out OplockBreakAcknowledgment oplock);
        message = new OplockBreakRequest(false, oplock, default);
        return isValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        if (IsLease)
            Lease.Write(ref writer);
        else
            Oplock.Write(ref writer);
    }
}
