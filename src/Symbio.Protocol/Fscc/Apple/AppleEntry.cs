using System.Buffers.Binary;
using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// What Apple's extension READ_DIR_ATTR puts into the fields of FileIdBothDirectoryInformation that Finder has no use for: EaSize
/// holds the maximal access, ShortName the size of the resource fork and the FinderInfo's heart, the padding the mode.
/// </summary>
/// <param name="FinderInfo">Type and creator (of a file), flags, extended flags, date added.</param>
/// <param name="Mode">st_mode; 0 where modes mean nothing.</param>
public readonly record struct AppleEntry(AccessMask MaximalAccess, ulong ResourceSize, UInt128 FinderInfo, ushort Mode)
{
    private const int CompressedLength = 16;
    private const int TypeAndCreator = 8;
    private const int FlagsOffset = 8;
    private const int ExtendedFlagsOffset = 24;
    private const long UnixTimeOf2000 = 946_684_800; // Apple counts from there.

    /// <summary>The parts of a FinderInfo (32 bytes, or none) that a listing tells, and when the file was created.</summary>
    public static UInt128 Compress(ReadOnlySpan<byte> finderInfo, bool isDirectory, FileTime created)
    {
        Span<byte> compressed = stackalloc byte[CompressedLength];
        compressed.Clear();
        if (finderInfo.Length == AfpInfo.FinderInfoLength)
        {
            if (!isDirectory)
                finderInfo[..TypeAndCreator].CopyTo(compressed);
            finderInfo.Slice(FlagsOffset, 2).CopyTo(compressed[8..]);
            finderInfo.Slice(ExtendedFlagsOffset, 2).CopyTo(compressed[10..]);
        }

        (long seconds, _) = created.ToUnix();
        BinaryPrimitives.WriteUInt32BigEndian(compressed[12..], unchecked((uint)(seconds - UnixTimeOf2000)));
        return BinaryPrimitives.ReadUInt128LittleEndian(compressed);
    }
}
