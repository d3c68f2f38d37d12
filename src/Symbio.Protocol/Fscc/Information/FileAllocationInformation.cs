namespace Symbio.Protocol.Fscc;

/// <summary>FileAllocationInformation, [MS-FSCC] 2.4.4.</summary>
public readonly record struct FileAllocationInformation(
    long AllocationSize)
    : IFileInformation<FileAllocationInformation>
{
    public static FileInformationClass Class => FileInformationClass.Allocation;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FileAllocationInformation information)
    {
        long allocationSize = reader.ReadInt64();
        information = new FileAllocationInformation(allocationSize);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(AllocationSize);
    }
}
