namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 NEGOTIATE Request, [MS-SMB2] 2.2.3.</summary>
/// <param name="Dialects">What the client offers, in its order.</param>
/// <param name="ContextCount">NegotiateContextCount; 0 unless 3.1.1 is offered.</param>
/// <param name="ContextBytes">NegotiateContextList up to the end of the message; see <see cref="Contexts"/>.</param>
public readonly record struct NegotiateRequest(
    IdList<Dialect> Dialects, SecurityMode SecurityMode, Capabilities Capabilities, Guid ClientGuid,
    ushort ContextCount, ReadOnlyMemory<byte> ContextBytes) : IRequest<NegotiateRequest>
{
    /// <summary>36 fixed bytes.</summary>
    public const ushort StructureSize = 36;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Negotiate;

    /// <summary>The negotiate contexts; not yet known to be well-formed.</summary>
    public NegotiateContextList Contexts => new(ContextBytes, ContextCount);

    int IMessage<NegotiateRequest>.Length => ContextBytes.IsEmpty ? DialectsEnd : ContextOffset + ContextBytes.Length;

    private int DialectsEnd => StructureSize + Dialects.Bytes.Length;

    private int ContextOffset => (DialectsEnd + 7) & ~7;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out NegotiateRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        int dialectCount = reader.ReadUInt16();
        var securityMode = (SecurityMode)reader.ReadUInt16();
        reader.Skip(2); // Reserved
        var capabilities = (Capabilities)reader.ReadUInt32();
        Guid clientGuid = reader.ReadGuid();
        uint contextOffset = reader.ReadUInt32(); // These 8 bytes are ClientStartTime without 3.1.1.
        ushort contextCount = reader.ReadUInt16();
        reader.Skip(2); // Reserved2
        IdList<Dialect> dialects = IdList<Dialect>.Read(ref reader, dialectCount);

        ReadOnlyMemory<byte> contexts = default;
        if (!dialects.Contains(Dialect.Smb311))
            contextCount = 0;
        else if (contextCount != 0)
            contexts = NegotiateContextList.ReadBytes(ref reader, contextOffset);
        message = new NegotiateRequest(dialects, securityMode, capabilities, clientGuid, contextCount, contexts);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)Dialects.Count);
        writer.WriteUInt16((ushort)SecurityMode);
        writer.WriteUInt16(0);
        writer.WriteUInt32((uint)Capabilities);
        writer.WriteGuid(ClientGuid);
        writer.WriteUInt32(ContextBytes.IsEmpty ? 0 : (uint)(Smb2Header.Size + ContextOffset));
        writer.WriteUInt16(ContextCount);
        writer.WriteUInt16(0);
        writer.WriteBytes(Dialects.Bytes.Span);
        if (ContextBytes.IsEmpty)
            return;
        writer.Align(8);
        writer.WriteBytes(ContextBytes.Span);
    }
}
