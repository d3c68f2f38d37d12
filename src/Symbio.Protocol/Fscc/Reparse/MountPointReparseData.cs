namespace Symbio.Protocol.Fscc;

/// <summary>The data of IO_REPARSE_TAG_MOUNT_POINT, [MS-FSCC] 2.1.2.5. Windows ends each name with a zero.</summary>
public readonly record struct MountPointReparseData(string SubstituteName, string PrintName)
    : IInformation<MountPointReparseData>
{
    private const int FixedLength = 8;

    public static int MinimumLength => FixedLength;

    public int Length => FixedLength + ((SubstituteName.Length + 1 + PrintName.Length + 1) * sizeof(char));

    public static bool TryRead(ref WireReader reader, out MountPointReparseData information)
    {
        var names = ReparseNames.Read(ref reader);
        var path = reader.ReadRest();
        information = new MountPointReparseData(names.Substitute(ref reader, path), names.Print(ref reader, path));
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        ReparseNames.Of(SubstituteName, PrintName, terminated: true).Write(ref writer);
        writer.WriteUtf16(SubstituteName);
        writer.WriteUInt16(0);
        writer.WriteUtf16(PrintName);
        writer.WriteUInt16(0);
    }
}
