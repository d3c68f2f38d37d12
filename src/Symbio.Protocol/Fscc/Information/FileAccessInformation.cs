using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>FileAccessInformation, [MS-FSCC] 2.4.1.</summary>
public readonly record struct FileAccessInformation(AccessMask AccessFlags) : IFileInformation<FileAccessInformation>
{
    public static FileInformationClass Class => FileInformationClass.Access;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileAccessInformation information)
    {
        var accessFlags = (AccessMask)reader.ReadUInt32();
        information = new FileAccessInformation(accessFlags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)AccessFlags);
    }
}
