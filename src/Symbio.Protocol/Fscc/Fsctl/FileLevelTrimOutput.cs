namespace Symbio.Protocol.Fscc;

/// <summary>FILE_LEVEL_TRIM_OUTPUT, output of FSCTL_FILE_LEVEL_TRIM, [MS-FSCC] 2.3.</summary>
public readonly record struct FileLevelTrimOutput(uint NumRangesProcessed) : IInformation<FileLevelTrimOutput>
{
    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileLevelTrimOutput information)
    {
        uint numRangesProcessed = reader.ReadUInt32();
        information = new FileLevelTrimOutput(numRangesProcessed);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(NumRangesProcessed);
    }
}
