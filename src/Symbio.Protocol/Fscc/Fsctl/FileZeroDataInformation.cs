namespace Symbio.Protocol.Fscc;

/// <summary>FILE_ZERO_DATA_INFORMATION, input of FSCTL_SET_ZERO_DATA, [MS-FSCC] 2.3.</summary>
/// <param name="BeyondFinalZero">The first byte that is left alone.</param>
public readonly record struct FileZeroDataInformation(
    long FileOffset, long BeyondFinalZero)
    : IInformation<FileZeroDataInformation>
{
    public static int MinimumLength => 16;

    public int Length => 16;

    public static bool TryRead(ref WireReader reader, out FileZeroDataInformation information)
    {
        long fileOffset = reader.ReadInt64();
        long beyondFinalZero = reader.ReadInt64();
        information = new FileZeroDataInformation(fileOffset, beyondFinalZero);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(FileOffset);
        writer.WriteInt64(BeyondFinalZero);
    }
}
