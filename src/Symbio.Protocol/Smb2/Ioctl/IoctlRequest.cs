namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 IOCTL Request, [MS-SMB2] 2.2.31.</summary>
/// <param name="MaxInputResponse">Most bytes of input data that the response may hold.</param>
/// <param name="MaxOutputResponse">Most bytes of output data that the response may hold.</param>
/// <param name="Output">What OutputOffset and OutputCount state; the specification wants none in a request.</param>
public readonly record struct IoctlRequest(
    FsctlCode CtlCode, FileId FileId, uint MaxInputResponse, uint MaxOutputResponse, IoctlFlags Flags,
    ReadOnlyMemory<byte> Input, ReadOnlyMemory<byte> Output = default) : IRequest<IoctlRequest>
{
    /// <summary>56 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 57;

    private const int FixedSize = 56;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Ioctl;

    int IMessage<IoctlRequest>.Length =>
        Output.IsEmpty ? FixedSize + Math.Max(1, Input.Length) : OutputStart + Output.Length;

    private int OutputStart => (FixedSize + Input.Length + 7) & ~7;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out IoctlRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(2); // Reserved
        var ctlCode = (FsctlCode)reader.ReadUInt32();
        FileId fileId = FileId.Read(ref reader);
        ReadOnlyMemory<byte> input = reader.ReadSlice32(Smb2Header.Size + FixedSize);
        uint maxInputResponse = reader.ReadUInt32();
        ReadOnlyMemory<byte> output = reader.ReadSlice32(Smb2Header.Size + FixedSize);
        uint maxOutputResponse = reader.ReadUInt32();
        var flags = (IoctlFlags)reader.ReadUInt32();
        reader.Skip(4); // Reserved2
        message = new IoctlRequest(ctlCode, fileId, maxInputResponse, maxOutputResponse, flags, input, output);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(0);
        writer.WriteUInt32((uint)CtlCode);
        FileId.Write(ref writer);
        writer.WriteUInt32(Smb2Header.Size + FixedSize);
        writer.WriteUInt32((uint)Input.Length);
        writer.WriteUInt32(MaxInputResponse);
        writer.WriteUInt32((uint)(Smb2Header.Size + (Output.IsEmpty ? FixedSize : OutputStart)));
        writer.WriteUInt32((uint)Output.Length);
        writer.WriteUInt32(MaxOutputResponse);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt32(0);
        writer.WriteBytes(Input.Span);
        if (!Output.IsEmpty)
        {
            writer.Align(8);
            writer.WriteBytes(Output.Span);
        }
        else if (Input.IsEmpty)
        {
            writer.WriteByte(0);
        }
    }
}

/// <summary>The Flags field of an IOCTL request, [MS-SMB2] 2.2.31.</summary>
[Flags]
public enum IoctlFlags : uint
{
    /// <summary>0: an IOCTL, which servers refuse.</summary>
    None = 0,
    /// <summary>SMB2_0_IOCTL_IS_FSCTL</summary>
    IsFsctl = 0x00000001,
}
