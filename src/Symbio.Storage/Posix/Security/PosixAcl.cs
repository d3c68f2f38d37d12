using System.Buffers.Binary;

namespace Symbio.Storage.Posix;

/// <summary>Whom an entry of a POSIX ACL is for; the values are the kernel's.</summary>
internal enum PosixAclTag : ushort
{
    Owner = 0x01,
    User = 0x02,
    OwningGroup = 0x04,
    Group = 0x08,
    Mask = 0x10,
    Other = 0x20,
}

/// <summary>rwx.</summary>
[Flags]
internal enum PosixRights : ushort
{
    None = 0,
    Execute = 1,
    Write = 2,
    Read = 4,
    All = 7,
}

/// <param name="Id">uid or gid of a User or Group; uint.MaxValue for the others.</param>
internal readonly record struct PosixAclEntry(PosixAclTag Tag, PosixRights Rights, uint Id = uint.MaxValue);

/// <summary>A POSIX ACL and its xattr form (version 2), entries in the kernel's order.</summary>
internal sealed class PosixAcl(List<PosixAclEntry> entries)
{
    private const uint Version = 2;
    private const int EntryLength = 8;

    private readonly PosixRights _mask = MaskOf(entries);

    /// <summary>Names of the xattrs, with NUL.</summary>
    public static ReadOnlySpan<byte> AccessXattr => "system.posix_acl_access\0"u8;

    public static ReadOnlySpan<byte> DefaultXattr => "system.posix_acl_default\0"u8;

    public IReadOnlyList<PosixAclEntry> Entries => entries;

    /// <summary>Nothing that mode bits could not say.</summary>
    public bool IsMinimal => entries.Count == 3;

    /// <summary>What three permission digits say.</summary>
    public static PosixAcl FromMode(uint mode) => new(
    [
        new(PosixAclTag.Owner, (PosixRights)((mode >> 6) & 7)),
        new(PosixAclTag.OwningGroup, (PosixRights)((mode >> 3) & 7)),
        new(PosixAclTag.Other, (PosixRights)(mode & 7)),
    ]);

    public static PosixAcl? TryRead(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4 || (value.Length - 4) % EntryLength != 0 ||
            BinaryPrimitives.ReadUInt32LittleEndian(value) != Version)
            return null;
        var entries = new List<PosixAclEntry>();
        for (var rest = value[4..]; !rest.IsEmpty; rest = rest[EntryLength..])
        {
            entries.Add(new((PosixAclTag)BinaryPrimitives.ReadUInt16LittleEndian(rest),
                (PosixRights)BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]),
                BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])));
        }

        return new(entries);
    }

    public byte[] ToXattr()
    {
        byte[] value = new byte[4 + (entries.Count * EntryLength)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Version);
        for (int i = 0; i < entries.Count; i++)
        {
            var entry = value.AsSpan(4 + (i * EntryLength), EntryLength);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)entries[i].Rights);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Id);
        }

        return value;
    }

    /// <summary>The three digits of a minimal ACL.</summary>
    public uint ToMode() =>
        ((uint)entries[0].Rights << 6) | ((uint)entries[1].Rights << 3) | (uint)entries[2].Rights;

    /// <summary>What the mask leaves of an entry.</summary>
    public PosixRights Effective(PosixAclEntry entry)
    {
        if (entry.Tag is PosixAclTag.Owner or PosixAclTag.Other or PosixAclTag.Mask)
            return entry.Rights;
        return entry.Rights & _mask;
    }

    private static PosixRights MaskOf(List<PosixAclEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Tag == PosixAclTag.Mask)
                return entry.Rights;
        }

        return (PosixRights)ushort.MaxValue; // None: it takes nothing away.
    }
}
