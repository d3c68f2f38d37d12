namespace Symbio.Protocol.Fscc;

/// <summary>Input of FSCTL_PIPE_WAIT, [MS-FSCC] 2.3.</summary>
/// <param name="Timeout">In units of 100 ns; null when the server's own is to be used.</param>
/// <param name="Name">The pipe's name without \PIPE\.</param>
public readonly record struct PipeWaitRequest(long? Timeout, string Name) : IInformation<PipeWaitRequest>
{
    private const int FixedLength = 14;

    public static int MinimumLength => FixedLength;

    public int Length => FixedLength + (Name.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out PipeWaitRequest information)
    {
        long timeout = reader.ReadInt64();
        uint nameLength = reader.ReadUInt32();
        bool specified = reader.ReadByte() != 0;
        reader.Skip(1); // Padding
        string name = reader.ReadUtf16((int)Math.Min(nameLength, int.MaxValue));
        information = new PipeWaitRequest(specified ? timeout : null, name);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(Timeout ?? 0);
        writer.WriteUInt32((uint)Name.Length * sizeof(char));
        writer.WriteByte(Timeout is null ? (byte)0 : (byte)1);
        writer.WriteByte(0);
        writer.WriteUtf16(Name);
    }
}
