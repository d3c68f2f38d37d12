namespace Symbio.Protocol.Fscc;

/// <summary>FILE_OBJECTID_BUFFER (type 1), [MS-FSCC] 2.1.3.1.</summary>
public readonly record struct FileObjectIdBuffer(
    Guid ObjectId, Guid BirthVolumeId, Guid BirthObjectId, Guid DomainId)
    : IInformation<FileObjectIdBuffer>
{
    public static int MinimumLength => 64;

    public int Length => 64;

    public static bool TryRead(ref WireReader reader, out FileObjectIdBuffer information)
    {
        var objectId = reader.ReadGuid();
        var birthVolumeId = reader.ReadGuid();
        var birthObjectId = reader.ReadGuid();
        var domainId = reader.ReadGuid();
        information = new FileObjectIdBuffer(objectId, birthVolumeId, birthObjectId, domainId);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteGuid(ObjectId);
        writer.WriteGuid(BirthVolumeId);
        writer.WriteGuid(BirthObjectId);
        writer.WriteGuid(DomainId);
    }
}
