using System.Buffers.Binary;

namespace Symbio.Protocol.Fscc;

/// <summary>The stream AFP_AfpInfo: what macOS keeps of a file besides its data, in Apple's big-endian order.</summary>
public static class AfpInfo
{
    /// <summary>Name of the stream.</summary>
    public const string StreamName = "AFP_AfpInfo";

    /// <summary>Name of the stream that is the resource fork.</summary>
    public const string ResourceName = "AFP_Resource";

    /// <summary>Bytes of the stream: signature, version, reserved, backup time, FinderInfo, ProDOS information, reserved.</summary>
    public const int Length = 60;

    /// <summary>Bytes of the FinderInfo.</summary>
    public const int FinderInfoLength = 32;

    /// <summary>Where the FinderInfo begins.</summary>
    public const int FinderInfoOffset = 16;

    /// <summary>A backup time that says: never. Apple counts seconds from 2000, in 32 bits with a sign.</summary>
    public const uint NeverBackedUp = 0x80000000;

    private const int VersionOffset = 4;
    private const int BackupTimeOffset = 12;
    private const uint Signature = 0x41465000; // "AFP", NUL
    private const uint Version = 0x00000100;

    /// <summary>The stream's content is what it is to be, as far as it is looked at: 60 bytes or more, signature and version.</summary>
    public static bool IsValid(ReadOnlySpan<byte> content) =>
        content.Length >= Length && BinaryPrimitives.ReadUInt32BigEndian(content) == Signature
        && BinaryPrimitives.ReadUInt32BigEndian(content[VersionOffset..]) == Version;

    /// <summary>It begins as one does, of which there may be less than 60 bytes.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> content) => content.StartsWith("AFP"u8);

    /// <summary>There is a FinderInfo that says anything. One of zeros is none, to macOS as well.</summary>
    public static bool IsWorthKeeping(ReadOnlySpan<byte> content) =>
        IsValid(content) && content.Slice(FinderInfoOffset, FinderInfoLength).ContainsAnyExcept((byte)0);

    /// <summary>The FinderInfo in the stream's content; empty when that is something else.</summary>
    public static ReadOnlySpan<byte> FinderInfoOf(ReadOnlySpan<byte> content) =>
        IsValid(content) ? content.Slice(FinderInfoOffset, FinderInfoLength) : default;

    /// <summary>The backup time in a valid content.</summary>
    public static uint BackupTimeOf(ReadOnlySpan<byte> content) =>
        BinaryPrimitives.ReadUInt32BigEndian(content[BackupTimeOffset..]);

    /// <summary>A stream's content, 60 bytes; the FinderInfo has 32, or is empty and says nothing.</summary>
    public static void Write(Span<byte> destination, ReadOnlySpan<byte> finderInfo, uint backupTime = NeverBackedUp)
    {
        destination = destination[..Length];
        destination.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, Signature);
        BinaryPrimitives.WriteUInt32BigEndian(destination[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt32BigEndian(destination[BackupTimeOffset..], backupTime);
        finderInfo.CopyTo(destination.Slice(FinderInfoOffset, FinderInfoLength));
    }
}
