using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 NEGOTIATE Response, [MS-SMB2] 2.2.4.</summary>
/// <param name="NegotiateContextCount">Contexts in <paramref name="NegotiateContexts"/>; 0 before 3.1.1.</param>
/// <param name="SecurityBuffer">The server's first GSS token.</param>
/// <param name="NegotiateContexts">
/// NegotiateContextList up to the end of the message; see <see cref="Contexts"/>.
/// </param>
public readonly record struct NegotiateResponse(
    SecurityMode SecurityMode, Dialect DialectRevision, ushort NegotiateContextCount, Guid ServerGuid,
    Capabilities Capabilities, uint MaxTransactSize, uint MaxReadSize, uint MaxWriteSize,
    FileTime SystemTime, FileTime ServerStartTime,
    ReadOnlyMemory<byte> SecurityBuffer, ReadOnlyMemory<byte> NegotiateContexts) : IResponse<NegotiateResponse>
{
    /// <summary>64 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 65;

    private const int FixedSize = 64;

    /// <summary>The negotiate contexts; not yet known to be well-formed.</summary>
    public NegotiateContextList Contexts => new(NegotiateContexts, NegotiateContextCount);

    int IMessage<NegotiateResponse>.Length =>
        NegotiateContexts.IsEmpty ? BufferEnd : ContextOffset + NegotiateContexts.Length;

    private int BufferEnd => FixedSize + Math.Max(1, SecurityBuffer.Length);

    private int ContextOffset => (BufferEnd + 7) & ~7;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out NegotiateResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        var securityMode = (SecurityMode)reader.ReadUInt16();
        var dialect = (Dialect)reader.ReadUInt16();
        ushort contextCount = reader.ReadUInt16();
        Guid serverGuid = reader.ReadGuid();
        var capabilities = (Capabilities)reader.ReadUInt32();
        uint maxTransactSize = reader.ReadUInt32();
        uint maxReadSize = reader.ReadUInt32();
        uint maxWriteSize = reader.ReadUInt32();
        var systemTime = new FileTime(reader.ReadInt64());
        var serverStartTime = new FileTime(reader.ReadInt64());
        ReadOnlyMemory<byte> securityBuffer = reader.ReadSlice16(Smb2Header.Size + FixedSize);
        uint contextOffset = reader.ReadUInt32();

        ReadOnlyMemory<byte> contexts = default;
        if (dialect != Dialect.Smb311)
            contextCount = 0;
        else if (contextCount != 0)
            contexts = NegotiateContextList.ReadBytes(ref reader, contextOffset);
        message = new NegotiateResponse(
            securityMode, dialect, contextCount, serverGuid, capabilities, maxTransactSize, maxReadSize, maxWriteSize,
            systemTime, serverStartTime, securityBuffer, contexts);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)SecurityMode);
        writer.WriteUInt16((ushort)DialectRevision);
        writer.WriteUInt16(NegotiateContextCount);
        writer.WriteGuid(ServerGuid);
        writer.WriteUInt32((uint)Capabilities);
        writer.WriteUInt32(MaxTransactSize);
        writer.WriteUInt32(MaxReadSize);
        writer.WriteUInt32(MaxWriteSize);
        writer.WriteInt64(SystemTime.Ticks);
        writer.WriteInt64(ServerStartTime.Ticks);
        writer.WriteUInt16(Smb2Header.Size + FixedSize);
        writer.WriteUInt16((ushort)SecurityBuffer.Length);
        writer.WriteUInt32(NegotiateContexts.IsEmpty ? 0 : (uint)(Smb2Header.Size + ContextOffset));
        writer.WriteBytes(SecurityBuffer.Span);
        if (SecurityBuffer.IsEmpty)
            writer.WriteByte(0);
        if (NegotiateContexts.IsEmpty)
            return;
        writer.Align(8);
        writer.WriteBytes(NegotiateContexts.Span);
    }
}
