namespace Symbio.Protocol.Fscc;

/// <summary>Output of FSCTL_PIPE_PEEK, [MS-FSCC] 2.3.</summary>
/// <param name="Data">As much as the caller has room for; it stays in the pipe.</param>
public readonly record struct PipePeekResponse(
    NamedPipeState NamedPipeState, uint ReadDataAvailable, uint NumberOfMessages, uint MessageLength,
    ReadOnlyMemory<byte> Data)
    : IInformation<PipePeekResponse>
{
    public static int MinimumLength => 16;

    public int Length => 16 + Data.Length;

    public static bool TryRead(ref WireReader reader, out PipePeekResponse information)
    {
        var state = (NamedPipeState)reader.ReadUInt32();
        uint available = reader.ReadUInt32();
        uint messages = reader.ReadUInt32();
        uint length = reader.ReadUInt32();
        information = new PipePeekResponse(state, available, messages, length, reader.ReadRest());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)NamedPipeState);
        writer.WriteUInt32(ReadDataAvailable);
        writer.WriteUInt32(NumberOfMessages);
        writer.WriteUInt32(MessageLength);
        writer.WriteBytes(Data.Span);
    }
}
