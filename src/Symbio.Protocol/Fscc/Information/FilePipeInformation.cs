namespace Symbio.Protocol.Fscc;

/// <summary>FilePipeInformation, [MS-FSCC] 2.4.36.</summary>
public readonly record struct FilePipeInformation(
    PipeReadMode ReadMode, PipeCompletionMode CompletionMode)
    : IFileInformation<FilePipeInformation>
{
    public static FileInformationClass Class => FileInformationClass.Pipe;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FilePipeInformation information)
    {
        var readMode = (PipeReadMode)reader.ReadUInt32();
        var completionMode = (PipeCompletionMode)reader.ReadUInt32();
        information = new FilePipeInformation(readMode, completionMode);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)ReadMode);
        writer.WriteUInt32((uint)CompletionMode);
    }
}
