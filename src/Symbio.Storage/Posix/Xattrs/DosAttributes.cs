using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Posix;

/// <summary>
/// The value of <c>user.DOSATTRIB</c>, as Samba's xattr_DOSATTRIB lays it out (NDR, little endian): attributes and the
/// time of creation. Version 5 is written; 1, 3, 4, 5 and the text form of old ("0x20") are read. A ChangeTime that a
/// client has set follows it: Samba and ksmbd read past that, and who has none pays nothing.
/// </summary>
/// <param name="Attributes">Null: the value does not say.</param>
/// <param name="CreationTime">None: the value does not say.</param>
/// <param name="ChangeTime">None has been set when its time is none.</param>
/// <param name="Tag">Of an object that says ReparsePoint; kept elsewhere (<see cref="ReparseXattr"/>).</param>
internal readonly record struct DosAttributes(
    FileAttributes? Attributes, FileTime CreationTime, HeldChangeTime ChangeTime = default,
    ReparseTag Tag = ReparseTag.None)
{
    /// <summary>Longest value read: the longest text, every field of version 3, and room.</summary>
    public const int MaxLength = 256;

    /// <summary>Most that is written.</summary>
    public const int MaxWritten = Length + 4 + 8 + 8;

    /// <summary>What Samba knows of that.</summary>
    public const int Length = 24;

    private const uint ChangeTimeMark = 0x54435953; // "SYCT"

    private const uint ValidAttributes = 0x01;
    private const uint ValidCreationTime = 0x10;

    // What Samba stores: the rest is of the object itself, or of the moment.
    private const FileAttributes Stored = FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System |
        FileAttributes.Directory | FileAttributes.Archive | FileAttributes.Temporary | FileAttributes.SparseFile |
        FileAttributes.ReparsePoint | FileAttributes.Compressed | FileAttributes.Offline | FileAttributes.NotContentIndexed;

    /// <summary>Name of the xattr, with NUL.</summary>
    public static ReadOnlySpan<byte> XattrName => "user.DOSATTRIB\0"u8;

    /// <summary>Returns the length, at most <see cref="MaxWritten"/>.</summary>
    public int Write(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        writer.WriteByte(0); // attrib_hex: the text form, empty since version 5.
        writer.WriteByte(0);
        writer.WriteUInt16(5); // version
        writer.WriteUInt16(5); // the union's discriminant
        writer.WriteUInt16(0);
        uint valid = (Attributes is null ? 0 : ValidAttributes) | (CreationTime == FileTime.None ? 0 : ValidCreationTime);
        writer.WriteUInt32(valid);
        writer.WriteUInt32((uint)((Attributes ?? 0) & Stored));
        writer.WriteUInt64((ulong)CreationTime.Ticks);
        if (ChangeTime.Time == FileTime.None)
            return Length;
        writer.WriteUInt32(ChangeTimeMark);
        writer.WriteUInt64((ulong)ChangeTime.Time.Ticks);
        writer.WriteUInt64((ulong)ChangeTime.Until.Ticks);
        return MaxWritten;
    }

    /// <summary>A value that cannot be understood is as good as none.</summary>
    public static DosAttributes Read(ReadOnlyMemory<byte> value)
    {
        int textEnd = value.Span.IndexOf((byte)0);
        var text = textEnd < 0 ? value.Span : value.Span[..textEnd];
        if (textEnd < 0 || textEnd + 1 == value.Length)
            return new(ReadText(text), default);
        var reader = new WireReader(value, (textEnd + 2) & ~1);
        ushort version = reader.ReadUInt16();
        reader.Expect(reader.ReadUInt16() == version);
        reader.Skip(-reader.Position & 3);
        uint valid = version == 1 ? ValidAttributes | ValidCreationTime : 0;
        if (version >= 3)
            valid = reader.ReadUInt32();
        uint attributes = reader.ReadUInt32();
        switch (version)
        {
            case 1 or 3:
                reader.Skip(4 + 8 + 8); // ea_size, size, alloc_size
                break;
            case 4:
                reader.Skip(8); // itime
                break;
            case 5:
                break;
            default:
                return new(ReadText(text), default); // 2 was never written by a release.
        }

        var creation = new FileTime(reader.ReadInt64());
        if (!reader.IsValid)
            return new(ReadText(text), default);
        return new((valid & ValidAttributes) != 0 ? (FileAttributes)attributes & Stored : null,
            (valid & ValidCreationTime) != 0 ? creation : default, ReadChangeTime(ref reader));
    }

    private static HeldChangeTime ReadChangeTime(ref WireReader reader)
    {
        uint mark = reader.ReadUInt32();
        var held = new HeldChangeTime(new FileTime(reader.ReadInt64()), new FileTime(reader.ReadInt64()));
        return reader.IsValid && mark == ChangeTimeMark ? held : default;
    }

    private static FileAttributes? ReadText(ReadOnlySpan<byte> text) =>
        text.StartsWith("0x"u8) &&
        uint.TryParse(text[2..], System.Globalization.NumberStyles.AllowHexSpecifier, null, out uint value)
            ? (FileAttributes)value & Stored
            : null;
}
