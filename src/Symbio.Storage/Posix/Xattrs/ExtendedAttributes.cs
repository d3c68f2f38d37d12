using System.Text;
using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// NT's extended attributes in the <c>user.</c> namespace, as Samba keeps them: the name as it is, in any case; the
/// value as it is. What servers keep there for themselves is not shown and not touched.
/// </summary>
internal static class ExtendedAttributes
{
    /// <summary>
    /// FILE_FULL_EA_INFORMATION without name and value: NextEntryOffset, Flags, two lengths, the NUL.
    /// </summary>
    private const int EntryOverhead = 9;

    /// <summary>Flags, the two lengths and the NUL, as NTFS counts what a file has, and how much that may be.</summary>
    private const int PackedOverhead = 5;
    private const int MaxPackedLength = (64 << 10) - 5;

    private static ReadOnlySpan<byte> Prefix => "user."u8;

    // Names after "user.": of Samba (and ours), of Netatalk and macOS by way of Samba.
    private static readonly string[] s_hidden =
        ["DOSATTRIB", "NTACL", "SmbReparse", "SAMBA_PAI", "SAMBA_STREAMS", "DosAttrib", "DosStreams", "DosEAs",
            "org.netatalk.Metadata", "com.apple.FinderInfo"];

    /// <summary>
    /// Bytes of all EAs in FILE_FULL_EA_INFORMATION form. Most objects have none, which one call tells.
    /// </summary>
    public static uint Size(ReadOnlySpan<byte> path)
    {
        Span<byte> few = stackalloc byte[512];
        var errno = Libc.ListXattr(path, few, out int length);
        if (errno == Errno.None && !HasAny(few[..length]))
            return 0;
        if (errno is not (Errno.None or Errno.ERANGE))
            return 0;
        uint size = 0;
        foreach (var attribute in Get(path).Attributes)
            size = ((size + 3) & ~3u) + (uint)(EntryOverhead + attribute.Name.Length + attribute.Value.Length);
        return size;
    }

    public static (NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes) Get(ReadOnlySpan<byte> path)
    {
        var errno = Xattr.List(path, out byte[] names);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), []);
        var attributes = new List<ExtendedAttribute>();
        foreach (byte[] name in Names(names))
        {
            errno = Xattr.Get(path, name, out byte[] value);
            if (errno == Errno.None && value.Length > 0) // NT knows no empty ones.
                attributes.Add(new ExtendedAttribute(Shown(name), value));
            else if (errno is not (Errno.None or Errno.ENODATA)) // ENODATA: gone since it was listed.
                return (errno.ToNtStatus(), []);
        }

        return (NtStatus.Success, attributes);
    }

    public static NtStatus Set(ReadOnlySpan<byte> path, IReadOnlyList<ExtendedAttribute> attributes)
    {
        var errno = Xattr.List(path, out byte[] names);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        var status = Plan(Present(path, names), attributes, out var changes);
        if (status != NtStatus.Success) // That a name is no good is a warning, and nothing is written all the same.
            return status;
        foreach (var (name, value) in changes)
        {
            errno = value.IsEmpty ? Libc.RemoveXattr(path, name) : Libc.SetXattr(path, name, value.Span, 0);
            if (errno is Errno.E2BIG or Errno.ENOSPC or Errno.ERANGE)
                return NtStatus.EaTooLarge;
            if (errno == Errno.EOPNOTSUPP)
                return NtStatus.EasNotSupported;
            if (errno is not (Errno.None or Errno.ENODATA))
                return errno.ToNtStatus();
        }

        return NtStatus.Success;
    }

    /// <summary>What has to be written, unless something is wrong with the list: then nothing is.</summary>
    /// <param name="present">Xattr and length of what there is; by what clients call it.</param>
    private static NtStatus Plan(
        Dictionary<string, (byte[] Name, int Length)> present, IReadOnlyList<ExtendedAttribute> attributes,
        out List<(byte[] Name, ReadOnlyMemory<byte> Value)> changes)
    {
        changes = [];
        long size = present.Sum(p => PackedLength(p.Key, p.Value.Length));
        foreach (var attribute in attributes)
        {
            if (attribute.Name.Length == 0 || attribute.Name.Contains('\0'))
                return NtStatus.InvalidEaName;
            if (IsHidden(attribute.Name))
                return NtStatus.AccessDenied; // The name is good enough, but it is not the client's.
            bool exists = present.TryGetValue(attribute.Name, out var old);
            byte[] name = exists ? old.Name : [.. Prefix, .. Encoding.UTF8.GetBytes(attribute.Name), 0];
            if (name.Length - 1 > Xattr.MaxName)
                return NtStatus.InvalidEaName;
            if (exists)
                size -= PackedLength(attribute.Name, old.Length);
            if (attribute.Value.IsEmpty)
            {
                if (present.Remove(attribute.Name))
                    changes.Add((name, default));
                continue;
            }

            present[attribute.Name] = (name, attribute.Value.Length);
            changes.Add((name, attribute.Value));
            size += PackedLength(attribute.Name, attribute.Value.Length);
            if (size > MaxPackedLength)
                return NtStatus.EaTooLarge; // [MS-FSA] 2.1.5.15.5
        }

        return NtStatus.Success;
    }

    /// <summary>The EAs that there are; of several names that differ only by case the first.</summary>
    private static Dictionary<string, (byte[] Name, int Length)> Present(ReadOnlySpan<byte> path, ReadOnlySpan<byte> list)
    {
        var present = new Dictionary<string, (byte[], int)>(StringComparer.OrdinalIgnoreCase);
        foreach (byte[] name in Names(list))
        {
            if (Libc.GetXattr(path, name, [], out int length) == Errno.None)
                present.TryAdd(Shown(name), (name, length));
        }

        return present;
    }

    private static int PackedLength(string name, int valueLength) => PackedOverhead + name.Length + valueLength;

    /// <summary>Is there an EA among these names of xattrs?</summary>
    public static bool HasAny(ReadOnlySpan<byte> list)
    {
        while (!list.IsEmpty)
        {
            int end = list.IndexOf((byte)0) + 1;
            if (IsShown(list[..end]))
                return true;
            list = list[end..];
        }

        return false;
    }

    /// <summary>The names that are EAs, each with prefix and NUL.</summary>
    private static List<byte[]> Names(ReadOnlySpan<byte> list)
    {
        var names = new List<byte[]>();
        while (!list.IsEmpty)
        {
            int end = list.IndexOf((byte)0) + 1;
            if (IsShown(list[..end]))
                names.Add(list[..end].ToArray());
            list = list[end..];
        }

        return names;
    }

    // Without a string for each: every GETINFO looks at the names of its file. All that is hidden is ASCII.
    private static bool IsShown(ReadOnlySpan<byte> name)
    {
        if (!name.StartsWith(Prefix))
            return false;
        ReadOnlySpan<byte> own = name[Prefix.Length..^1];
        if (own.Length >= StreamXattr.Prefix.Length
            && Ascii.EqualsIgnoreCase(own[..StreamXattr.Prefix.Length], StreamXattr.Prefix))
        {
            return false;
        }

        foreach (string hidden in s_hidden)
        {
            if (Ascii.EqualsIgnoreCase(own, hidden))
                return false;
        }

        return true;
    }

    private static string Shown(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name[Prefix.Length..^1]);

    private static bool IsHidden(string name) =>
        name.StartsWith(StreamXattr.Prefix, StringComparison.OrdinalIgnoreCase) ||
        s_hidden.Contains(name, StringComparer.OrdinalIgnoreCase);
}
