namespace Symbio.Protocol.Fscc;

/// <summary>FileObjectIdInformation (type 1), [MS-FSCC] 2.4.35.1: an entry of $ObjId.</summary>
public readonly record struct FileObjectIdInformation(
    ulong FileReference, Guid ObjectId, Guid BirthVolumeId, Guid BirthObjectId, Guid DomainId)
    : IFileInformation<FileObjectIdInformation>
{
    public static FileInformationClass Class => FileInformationClass.ObjectId;

    public static int MinimumLength => 72;

    public int Length => 72;

    public static bool TryRead(ref WireReader reader, out FileObjectIdInformation information)
    {
        ulong fileReference = reader.ReadUInt64();
        var objectId = reader.ReadGuid();
        var birthVolumeId = reader.ReadGuid();
        var birthObjectId = reader.ReadGuid();
        var domainId = reader.ReadGuid();
        information = new FileObjectIdInformation(fileReference, objectId, birthVolumeId, birthObjectId, domainId);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(FileReference);
        writer.WriteGuid(ObjectId);
        writer.WriteGuid(BirthVolumeId);
        writer.WriteGuid(BirthObjectId);
        writer.WriteGuid(DomainId);
    }
}
