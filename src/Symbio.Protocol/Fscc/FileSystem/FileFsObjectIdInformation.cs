namespace Symbio.Protocol.Fscc;

/// <summary>FileFsObjectIdInformation, [MS-FSCC] 2.5.6.</summary>
/// <param name="ExtendedInfo">48 bytes, opaque; fewer are padded with zeros.</param>
public readonly record struct FileFsObjectIdInformation(Guid ObjectId, ReadOnlyMemory<byte> ExtendedInfo)
    : IFileSystemInformation<FileFsObjectIdInformation>
{
    private const int ExtendedInfoLength = 48;

    public static FileSystemInformationClass Class => FileSystemInformationClass.ObjectId;

    public static int MinimumLength => 16 + ExtendedInfoLength;

    public int Length => MinimumLength;

    public static bool TryRead(ref WireReader reader, out FileFsObjectIdInformation information)
    {
        var objectId = reader.ReadGuid();
        information = new FileFsObjectIdInformation(objectId, reader.ReadBytes(ExtendedInfoLength));
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteGuid(ObjectId);
        int given = Math.Min(ExtendedInfo.Length, ExtendedInfoLength);
        writer.WriteBytes(ExtendedInfo.Span[..given]);
        writer.WriteZeros(ExtendedInfoLength - given);
    }
}
