namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 IOCTL Response, [MS-SMB2] 2.2.32.</summary>
/// <param name="OutputCount">Bytes of output data.</param>
/// <param name="Output">
/// The output data, when this message holds it. A server may write it straight into the outgoing frame at
/// <see cref="DataOffset"/> and leave this empty: <see cref="Write"/> then writes the fixed part only.
/// </param>
/// <param name="Input">Read from a peer's response; we send none.</param>
public readonly record struct IoctlResponse(
    FsctlCode CtlCode, FileId FileId, uint OutputCount, ReadOnlyMemory<byte> Output,
    ReadOnlyMemory<byte> Input = default) : IResponse<IoctlResponse>
{
    /// <summary>48 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 49;

    /// <summary>Bytes of the body before the data.</summary>
    public const int FixedSize = 48;

    /// <summary>Where our output data starts, from the header.</summary>
    public const int DataOffset = Smb2Header.Size + FixedSize;

    int IMessage<IoctlResponse>.Length => FixedSize + (int)OutputCount;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out IoctlResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(2); // Reserved
        var ctlCode = (FsctlCode)reader.ReadUInt32();
        FileId fileId = FileId.Read(ref reader);
        ReadOnlyMemory<byte> input = reader.ReadSlice32(DataOffset);
        ReadOnlyMemory<byte> output = reader.ReadSlice32(DataOffset);
        reader.Skip(8); // Flags, Reserved2
        message = new IoctlResponse(ctlCode, fileId, (uint)output.Length, output, input);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(0);
        writer.WriteUInt32((uint)CtlCode);
        FileId.Write(ref writer);
        writer.WriteUInt32(DataOffset);
        writer.WriteUInt32(0);
        writer.WriteUInt32(DataOffset);
        writer.WriteUInt32(OutputCount);
        writer.WriteUInt64(0);
        writer.WriteBytes(Output.Span);
    }
}
