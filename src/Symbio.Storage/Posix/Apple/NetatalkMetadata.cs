using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Posix;

/// <summary>
/// AFP_AfpInfo as Netatalk 3 and Samba's fruit module keep it: an AppleDouble header in an xattr, with the FinderInfo and the
/// backup time among what else belongs to Netatalk, and stays as it is.
/// </summary>
internal sealed class NetatalkMetadata : StreamForm
{
    /// <summary>With NUL.</summary>
    public static ReadOnlySpan<byte> XattrName => "user.org.netatalk.Metadata\0"u8;

    private const int Length = 402;
    private const int FinderInfoOffset = 0x7A;
    private const int FileDatesOffset = 0x162;
    private const int BackupTime = 8; // In the dates: created, modified, backed up, accessed.
    private const int DatesLength = 16;
    private const long UnixTimeOf2000 = 946_684_800;

    // In Netatalk's order. The ids from 0x80000000 up are its own (device, inode, a time, a number of the file): there is room for
    // them, 8, 8, 8 and 4 bytes, and nothing in it.
    private static readonly AppleDoubleEntry[] s_layout =
    [
        new(AppleDouble.Comment, 0x9A, 0),
        new(AppleDouble.FileDates, FileDatesOffset, DatesLength),
        new(AppleDouble.FinderInfo, FinderInfoOffset, AfpInfo.FinderInfoLength),
        new(AppleDouble.AfpFileInfo, 0x172, 4),
        new(0x80444556, 0x176, 0),
        new(0x80494E4F, 0x17E, 0),
        new(0x8053594E, 0x186, 0),
        new(0x8053567E, 0x18E, 0),
    ];

    public static NetatalkMetadata Instance { get; } = new();

    public override bool IsPlain => false;

    public override byte[] Create(in FileStat file)
    {
        byte[] value = new byte[Length];
        AppleDouble.Write(value, writer: default, s_layout);
        Span<byte> dates = value.AsSpan(FileDatesOffset, DatesLength);
        BinaryPrimitives.WriteUInt32BigEndian(dates, ToApple(file.CreationTime));
        BinaryPrimitives.WriteUInt32BigEndian(dates[4..], ToApple(file.LastWriteTime));
        BinaryPrimitives.WriteUInt32BigEndian(dates[BackupTime..], AfpInfo.NeverBackedUp);
        BinaryPrimitives.WriteUInt32BigEndian(dates[12..], ToApple(file.LastAccessTime));
        return value;
    }

    public override int LengthOf(int valueLength) => AfpInfo.Length;

    public override int Decode(Span<byte> buffer, int length)
    {
        Span<byte> value = buffer[..length];
        if (AppleDouble.TryRead(value, (ulong)length) is not { } header
            || !header.TryFind(AppleDouble.FinderInfo, out AppleDoubleEntry finder)
            || finder.Length < AfpInfo.FinderInfoLength)
        {
            return 0;
        }

        Span<byte> content = stackalloc byte[AfpInfo.Length];
        uint backup = header.TryFind(AppleDouble.FileDates, out AppleDoubleEntry dates) && dates.Length >= DatesLength
            ? BinaryPrimitives.ReadUInt32BigEndian(value[((int)dates.Offset + BackupTime)..])
            : AfpInfo.NeverBackedUp;
        AfpInfo.Write(content, value.Slice((int)finder.Offset, AfpInfo.FinderInfoLength), backup);
        content.CopyTo(buffer);
        return content.Length;
    }

    public override NtStatus Encode(ReadOnlySpan<byte> content, ReadOnlySpan<byte> old, in FileStat file, out byte[] value)
    {
        value = [];
        if (content.Length != AfpInfo.Length || !AfpInfo.IsValid(content))
            return NtStatus.InvalidParameter;
        AppleDouble? header = AppleDouble.TryRead(old, (ulong)old.Length);
        AppleDoubleEntry finder = default;
        bool hasPlace = header is not null && header.TryFind(AppleDouble.FinderInfo, out finder)
            && finder.Length >= AfpInfo.FinderInfoLength;
        value = hasPlace ? old.ToArray() : Create(file);
        int finderOffset = hasPlace ? (int)finder.Offset : FinderInfoOffset;
        AfpInfo.FinderInfoOf(content).CopyTo(value.AsSpan(finderOffset));
        int datesOffset = !hasPlace
            ? FileDatesOffset
            : header!.TryFind(AppleDouble.FileDates, out AppleDoubleEntry dates) && dates.Length >= DatesLength
                ? (int)dates.Offset
                : -1;
        if (datesOffset >= 0)
            BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(datesOffset + BackupTime), AfpInfo.BackupTimeOf(content));
        return NtStatus.Success;
    }

    // Apple counts seconds from 2000.
    private static uint ToApple(FileTime time) => unchecked((uint)(time.ToUnix().Seconds - UnixTimeOf2000));
}
