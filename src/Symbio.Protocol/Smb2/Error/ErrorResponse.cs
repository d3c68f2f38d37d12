namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 ERROR Response, [MS-SMB2] 2.2.2: the body of any failed command, and of an interim response.</summary>
/// <param name="ErrorContextCount">Contexts in <paramref name="ErrorData"/>; only 3.1.1 has them.</param>
/// <param name="ErrorData">A list of error contexts when the count is not 0, else the bare data.</param>
public readonly record struct ErrorResponse(byte ErrorContextCount, ReadOnlyMemory<byte> ErrorData)
    : IResponse<ErrorResponse>
{
    /// <summary>8 fixed bytes and the first byte of ErrorData.</summary>
    public const ushort StructureSize = 9;

    private const int FixedSize = 8;

    /// <summary>The error contexts; not yet known to be well-formed.</summary>
    public ErrorContextList Contexts => new(ErrorData, ErrorContextCount);

    int IMessage<ErrorResponse>.Length => FixedSize + Math.Max(1, ErrorData.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out ErrorResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        byte contextCount = reader.ReadByte();
        reader.Skip(1); // Reserved
        uint byteCount = reader.ReadUInt32();
        reader.Expect(byteCount <= (uint)reader.Remaining);
        message = new ErrorResponse(contextCount, reader.IsValid ? reader.ReadBytes((int)byteCount) : default);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte(ErrorContextCount);
        writer.WriteByte(0);
        writer.WriteUInt32((uint)ErrorData.Length);
        writer.WriteBytes(ErrorData.Span);
        if (ErrorData.IsEmpty)
            writer.WriteByte(0);
    }
}
