using System.Security.Cryptography;

namespace Symbio.Storage.Posix;

/// <summary>
/// The digest by which Samba notices that permissions were changed behind an NT descriptor's back: SHA-256 of owner,
/// group, mode and ACLs in the NDR form of its smb_acl_wrapper.
/// </summary>
/// <remarks>
/// Found out by looking at what smbd 4.17 writes. Pointers to the access and the default ACL (0: none), owner and
/// group in 64 bits, st_mode in 32; then each ACL: the number of entries, aligned to 8 once more with a zero behind
/// it, and the entries, each aligned to 8: tag twice in 16 bits; for a user or a group the id in 64 bits, aligned; the
/// rights in 32 bits. Tags are Samba's own. A directory always has a default ACL there, be it an empty one.
/// </remarks>
internal static class SystemAclBlob
{
    private const uint FirstPointer = 0x00020000;
    private const uint SecondPointer = 0x00020004;

    /// <summary>SHA-256 of the blob.</summary>
    public static byte[] Hash(PosixSecurity security) => SHA256.HashData(Write(security));

    public static byte[] Write(PosixSecurity security)
    {
        int longest = 64 + (24 * (security.Access.Entries.Count + (security.Default?.Entries.Count ?? 0)));
        var writer = new Protocol.WireWriter(new byte[longest]);
        writer.WriteUInt32(FirstPointer);
        writer.WriteUInt32(security.IsDirectory ? SecondPointer : 0);
        writer.WriteUInt64(security.Uid);
        writer.WriteUInt64(security.Gid);
        writer.WriteUInt32(security.Mode);
        WriteAcl(ref writer, security.Access.Entries);
        if (security.IsDirectory)
            WriteAcl(ref writer, security.Default?.Entries ?? []);
        return writer.Written.ToArray();
    }

    private static void WriteAcl(ref Protocol.WireWriter writer, IReadOnlyList<PosixAclEntry> entries)
    {
        writer.WriteUInt32((uint)entries.Count);
        Align(ref writer);
        writer.WriteUInt32((uint)entries.Count);
        writer.WriteUInt32(0); // next
        foreach (var entry in entries)
        {
            Align(ref writer);
            ushort tag = Tag(entry.Tag);
            writer.WriteUInt16(tag);
            writer.WriteUInt16(tag);
            if (entry.Tag is PosixAclTag.User or PosixAclTag.Group)
            {
                Align(ref writer);
                writer.WriteUInt64(entry.Id);
            }

            writer.WriteUInt32((uint)entry.Rights);
            Align(ref writer);
        }
    }

    private static void Align(ref Protocol.WireWriter writer) => writer.WriteZeros(-writer.Position & 7);

    private static ushort Tag(PosixAclTag tag) => tag switch
    {
        PosixAclTag.User => 1,
        PosixAclTag.Owner => 2,
        PosixAclTag.Group => 3,
        PosixAclTag.OwningGroup => 4,
        PosixAclTag.Other => 5,
        PosixAclTag.Mask => 6,
        _ => 0,
    };
}
