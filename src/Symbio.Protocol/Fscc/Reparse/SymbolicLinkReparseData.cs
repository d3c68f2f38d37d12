namespace Symbio.Protocol.Fscc;

/// <summary>The data of IO_REPARSE_TAG_SYMLINK, [MS-FSCC] 2.1.2.4.</summary>
/// <param name="SubstituteName">Where it leads: \??\C:\… or, when relative, a path from the link's directory.</param>
/// <param name="PrintName">What to show.</param>
/// <param name="IsRelative">SYMLINK_FLAG_RELATIVE</param>
public readonly record struct SymbolicLinkReparseData(string SubstituteName, string PrintName, bool IsRelative)
    : IInformation<SymbolicLinkReparseData>
{
    private const int FixedLength = 12;
    private const uint RelativeFlag = 1;

    public static int MinimumLength => FixedLength;

    public int Length => FixedLength + ((SubstituteName.Length + PrintName.Length) * sizeof(char));

    public static bool TryRead(ref WireReader reader, out SymbolicLinkReparseData information)
    {
        var names = ReparseNames.Read(ref reader);
        uint flags = reader.ReadUInt32();
        var path = reader.ReadRest();
        information = new SymbolicLinkReparseData(
            names.Substitute(ref reader, path), names.Print(ref reader, path), (flags & RelativeFlag) != 0);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        ReparseNames.Of(SubstituteName, PrintName, terminated: false).Write(ref writer);
        writer.WriteUInt32(IsRelative ? RelativeFlag : 0);
        writer.WriteUtf16(SubstituteName);
        writer.WriteUtf16(PrintName);
    }
}
