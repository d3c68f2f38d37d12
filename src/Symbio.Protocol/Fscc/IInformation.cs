namespace Symbio.Protocol.Fscc;

/// <summary>The shape of an information structure, [MS-FSCC] 2.4 and 2.5: both sides read and write it.</summary>
public interface IInformation<TSelf>
    where TSelf : struct, IInformation<TSelf>
{
    /// <summary>
    /// Bytes a query must offer, or a set must bring: less is STATUS_INFO_LENGTH_MISMATCH. For a structure that ends
    /// in a name this is the C structure's size, as Windows counts it.
    /// </summary>
    static abstract int MinimumLength { get; }

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    int Length { get; }

    /// <summary>Reads the structure; false when it is malformed. Bytes after it are left to the caller.</summary>
    static abstract bool TryRead(ref WireReader reader, out TSelf information);

    void Write(ref WireWriter writer);
}

/// <summary>An information class of a file, [MS-FSCC] 2.4.</summary>
public interface IFileInformation<TSelf> : IInformation<TSelf>
    where TSelf : struct, IFileInformation<TSelf>
{
    static abstract FileInformationClass Class { get; }
}

/// <summary>An information class of a file system, [MS-FSCC] 2.5.</summary>
public interface IFileSystemInformation<TSelf> : IInformation<TSelf>
    where TSelf : struct, IFileSystemInformation<TSelf>
{
    static abstract FileSystemInformationClass Class { get; }
}
