using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// The value of <c>security.NTACL</c> (without the privilege for that: <c>user.NTACL</c>), as Samba's xattr_NTACL lays
/// it out (NDR, little endian). Version 4 is written, 1 to 4 are read.
/// </summary>
/// <remarks>
/// version and discriminant in 16 bits each, a pointer; for version 1 the descriptor follows. Version 2 has before it
/// a pointer and a hash of 16 bytes; 3 a pointer, the kind of hash in 16 bits and 64 bytes of hash; 4 also a text with
/// NUL, a FILETIME and 64 bytes of hash of the system's ACL (<see cref="SystemAclBlob"/>), aligned to 4. The offsets in
/// the descriptor count from the start of the whole value, not of the descriptor.
/// </remarks>
/// <param name="SystemAclHash">SHA-256 of the POSIX permissions it was stored with; empty: not recorded.</param>
internal readonly record struct NtAclXattr(SecurityDescriptor Descriptor, ReadOnlyMemory<byte> SystemAclHash)
{
    private const int HashLength = 64; // XATTR_SD_HASH_SIZE
    private const ushort HashNone = 0;
    private const ushort HashSha256 = 1;
    private const int DescriptorHeader = 20;
    private const int MinimumDescriptorStart = 8;

    /// <summary>Names of the xattrs, with NUL.</summary>
    public static ReadOnlySpan<byte> TrustedName => "security.NTACL\0"u8;

    public static ReadOnlySpan<byte> UserName => "user.NTACL\0"u8;

    /// <summary>
    /// This process may write <see cref="TrustedName"/>, and so is the only one that is believed: whoever may write to a file may
    /// write user attributes of it, and would give himself there what only its owner can give.
    /// </summary>
    public static bool IsProtected { get; } = MayWriteTrusted();

    private static ReadOnlySpan<byte> Description => "posix_acl\0"u8;

    // Of a file of its own: what capabilities look like does not tell what they are worth in a namespace.
    private static bool MayWriteTrusted()
    {
        if (Libc.OpenInMemory(out int fd) != Errno.None)
            return false;
        using var file = new OwnedFd(fd);
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        return Libc.SetXattr(path, TrustedName, [0], 0) is not (Errno.EPERM or Errno.EACCES);
    }

    public byte[] Write(FileTime time)
    {
        const int start = 160;
        byte[] value = new byte[start + Descriptor.Length];
        var writer = new WireWriter(value);
        writer.WriteUInt16(4);
        writer.WriteUInt16(4);
        writer.WriteUInt32(0x00020000);
        writer.WriteUInt32(0x00020004);
        writer.WriteUInt16(HashSha256);
        // Of the descriptor Samba would make from the mode: only asked for when the next differs.
        writer.WriteZeros(HashLength);
        writer.WriteBytes(Description);
        writer.WriteUInt64((ulong)time.Ticks);
        writer.WriteBytes(SystemAclHash.Span);
        writer.WriteZeros(HashLength - SystemAclHash.Length);
        writer.WriteBytes(Descriptor.ToArray());
        for (int field = 4; field < DescriptorHeader; field += 4)
        {
            var offset = value.AsSpan(start + field);
            uint own = BinaryPrimitives.ReadUInt32LittleEndian(offset);
            if (own != 0)
                BinaryPrimitives.WriteUInt32LittleEndian(offset, own + start);
        }

        return value;
    }

    public static bool TryRead(ReadOnlyMemory<byte> value, [NotNullWhen(true)] out NtAclXattr? acl)
    {
        acl = null;
        var reader = new WireReader(value);
        ushort version = reader.ReadUInt16();
        reader.Expect(reader.ReadUInt16() == version && version is >= 1 and <= 4);
        reader.Expect(reader.ReadUInt32() != 0);
        ReadOnlyMemory<byte> hash = default;
        if (version >= 2)
            reader.Expect(reader.ReadUInt32() != 0);
        if (version == 2)
            reader.Skip(16);
        if (version >= 3)
        {
            ushort kind = reader.ReadUInt16();
            reader.Skip(HashLength);
            if (version == 4)
            {
                while (reader.IsValid && reader.ReadByte() != 0)
                {
                }

                reader.Skip(-reader.Position & 3);
                reader.Skip(8); // time
                hash = reader.ReadBytes(HashLength)[..(reader.IsValid && kind == HashSha256 ? 32 : 0)];
            }

            reader.Expect(kind is HashNone or HashSha256);
        }

        reader.Skip(-reader.Position & 3);
        int start = reader.Position;
        reader.Skip(DescriptorHeader);
        if (!reader.IsValid || start < MinimumDescriptorStart)
            return false;

        // With the descriptor's header at the front, its offsets are right.
        byte[] moved = value.ToArray();
        value.Span.Slice(start, DescriptorHeader).CopyTo(moved);
        if (!SecurityDescriptor.TryRead(moved, out var descriptor))
            return false;
        acl = new NtAclXattr(descriptor, hash);
        return true;
    }
}
