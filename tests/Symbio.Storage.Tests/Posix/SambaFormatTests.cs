using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Values that smbd 4.17.12 wrote, and what they mean.</summary>
public sealed class SambaFormatTests
{
    // put a.txt; setmode a.txt -a
    private const string NoAttributes = "00000500050000001100000000000000d0f0d6029e79dd01";
    // put ro.txt; setmode ro.txt +rh
    private const string ReadOnlyHiddenArchive = "000005000500000011000000230000003e82d7029e79dd01";
    // mkdir d
    private const string Folder = "00000500050000001100000010000000cc5ed7029e79dd01";

    private const string NtAcl =
        "04000400000002000400020001000f8ade135af21fa4484f0980abd1642c0c3afb7d3cba680b602d4dd8e2bb750a00000000000000000000" +
        "00000000000000000000000000000000000000000000706f7369785f61636c00ee31d7029e79dd015dd2b193e43b4dc35157ee98c7526c73" +
        "1dd3e007cf250e67358da2c7ca90748e000000000000000000000000000000000000000000000000000000000000000001000480b4000000" +
        "d000000000000000ec0000000105000000000005150000008fa2f1efdd9e1472457038e1e80300000105000000000005150000008fa2f1ef" +
        "dd9e1472457038e101020000020064000300000000002400ff011f000105000000000005150000008fa2f1efdd9e1472457038e1e8030000" +
        "00002400a90012000105000000000005150000008fa2f1efdd9e1472457038e10102000000001400a9001200010100000000000100000000";

    // The hash in the NTACL of the folder that has the same ACL as a default ACL, too.
    private const string FolderAclHash = "0da4270ae6b917c1692ed2e29bf473082239edf9883d68cb10aecc5e00e7ee07";
    private const string FileAclHash = "5dd2b193e43b4dc35157ee98c7526c731dd3e007cf250e67358da2c7ca90748e";

    private const string PosixAclXattr =
        "0200000001000700ffffffff020007000000000004000500ffffffff080005000000000010000700ffffffff20000500ffffffff";

    [Fact] // Samba reads its 24 bytes and no further.
    public void A_ChangeTime_follows_what_Samba_knows()
    {
        var value = new DosAttributes(FileAttributes.Hidden, new FileTime(1), new HeldChangeTime(new(2), new(3)));
        byte[] written = new byte[DosAttributes.MaxWritten];

        Assert.Equal(written.Length, value.Write(written));

        Assert.Equal(value, DosAttributes.Read(written));
        Assert.Equal(value with { ChangeTime = default }, DosAttributes.Read(written.AsMemory(0, DosAttributes.Length)));
        Assert.Equal((2, 4), (value.ChangeTime.Over(new(3)).Ticks, value.ChangeTime.Over(new(4)).Ticks));
    }

    [Theory]
    [InlineData(NoAttributes, FileAttributes.None, 0x01dd799e02d6f0d0)]
    [InlineData(ReadOnlyHiddenArchive, FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.Archive,
        0x01dd799e02d7823e)]
    [InlineData(Folder, FileAttributes.Directory, 0x01dd799e02d75ecc)]
    public void Attributes_of_version_5_are_read_and_written_alike(string hex, FileAttributes attributes, long creation)
    {
        var value = DosAttributes.Read(Convert.FromHexString(hex));

        Assert.Equal(new DosAttributes(attributes, new FileTime(creation)), value);
        byte[] written = new byte[DosAttributes.MaxWritten];
        int length = value.Write(written);
        Assert.Equal(hex, Convert.ToHexString(written, 0, length), ignoreCase: true);
    }

    [Theory]
    [InlineData("30783230", 0x20, 0)] // The text alone, from Samba 3.
    [InlineData("3078323200", 0x22, 0)]
    // Version 1: attributes, EA size, size, allocation size, creation, change.
    [InlineData("30783230000001000100000020000000" + "00000000" + "0000000000000000" + "0000000000000000" + "0102030405060708" + "0000000000000000", 0x20, 0x0807060504030201)]
    // Version 3 has flags before them.
    [InlineData("30783230000003000300000011000000" + "20000000" + "00000000" + "0000000000000000" + "0000000000000000" + "0102030405060708" + "0000000000000000", 0x20, 0x0807060504030201)]
    [InlineData("30783230000003000300000001000000" + "22000000" + "00000000" + "0000000000000000" + "0000000000000000" + "0102030405060708" + "0000000000000000", 0x22, 0)]
    // Version 4: flags, attributes, time of the inode, creation.
    [InlineData("0000040004000000" + "51000000" + "06000000" + "0000000000000000" + "0102030405060708", 0x06,
        0x0807060504030201)]
    public void Attributes_of_older_versions_are_read(string hex, uint attributes, long creation) =>
        Assert.Equal(new DosAttributes((FileAttributes)attributes, new FileTime(creation)),
            DosAttributes.Read(Convert.FromHexString(hex)));

    [Fact]
    public void Damaged_attributes_are_as_good_as_none()
    {
        byte[] value = Convert.FromHexString(ReadOnlyHiddenArchive);
        for (int length = 0; length < value.Length; length++)
            Assert.Null(DosAttributes.Read(value.AsMemory(0, length)).Attributes);
    }

    [Fact]
    public void A_descriptor_of_version_4_is_read_and_written_alike()
    {
        Assert.True(NtAclXattr.TryRead(Convert.FromHexString(NtAcl), out var acl));

        Assert.Equal(
            "O:S-1-5-21-4025590415-1913954013-3778572357-1000G:S-1-5-21-4025590415-1913954013-3778572357-513" +
            "D:(A;;FA;;;S-1-5-21-4025590415-1913954013-3778572357-1000)" +
            "(A;;0x1200a9;;;S-1-5-21-4025590415-1913954013-3778572357-513)(A;;0x1200a9;;;WD)",
            acl.Value.Descriptor.ToString());
        Assert.Equal(FileAclHash, Convert.ToHexString(acl.Value.SystemAclHash.Span), ignoreCase: true);
        Assert.True(NtAclXattr.TryRead(acl.Value.Write(new FileTime(1)), out var again));
        Assert.Equal(acl.Value.Descriptor, again.Value.Descriptor);
        Assert.Equal(acl.Value.SystemAclHash.ToArray(), again.Value.SystemAclHash.ToArray());
    }

    [Fact]
    public void Descriptors_of_versions_1_to_3_are_read()
    {
        byte[] value = Convert.FromHexString(NtAcl);
        Assert.True(NtAclXattr.TryRead(value, out var expected));
        foreach (var (version, head) in new[] { (1, 8), (2, 8 + 4 + 16), (3, 8 + 4 + 2 + 64 + 2) })
        {
            byte[] older = [.. new byte[head], .. value[160..]];
            older[0] = older[2] = (byte)version;
            older[6] = 2;
            if (version > 1)
                older[10] = 2;
            if (version == 3)
                older[12] = 1;
            for (int field = head + 4; field < head + 20; field += 4)
            {
                int offset = BitConverter.ToInt32(older, field);
                if (offset != 0)
                    BitConverter.TryWriteBytes(older.AsSpan(field), offset - 160 + head);
            }

            Assert.True(NtAclXattr.TryRead(older, out var acl));
            Assert.Equal(expected.Value.Descriptor, acl.Value.Descriptor);
            Assert.True(acl.Value.SystemAclHash.IsEmpty);
        }
    }

    [Fact]
    public void Damaged_descriptors_are_refused()
    {
        byte[] value = Convert.FromHexString(NtAcl);
        for (int length = 0; length < value.Length; length++)
            Assert.False(NtAclXattr.TryRead(value.AsMemory(0, length), out _));
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. value];
            for (int k = 0; k < 4; k++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            NtAclXattr.TryRead(damaged, out _); // Whatever it says, it does not throw.
        }
    }

    [Theory]
    [InlineData(0x81FD, false, FileAclHash)] // 0100775
    [InlineData(0x41FD, true, FolderAclHash)] // 0040775
    public void The_hash_of_the_system_s_ACL_is_Samba_s(uint mode, bool isDirectory, string hash)
    {
        var acl = PosixAcl.TryRead(Convert.FromHexString(PosixAclXattr))!;
        Assert.Equal(PosixAclXattr, Convert.ToHexString(acl.ToXattr()), ignoreCase: true);

        var security = new PosixSecurity(0, 0, mode, isDirectory, acl, isDirectory ? acl : null);

        Assert.Equal(hash, Convert.ToHexString(SystemAclBlob.Hash(security)), ignoreCase: true);
    }

    [Fact]
    public void The_system_s_ACL_has_NDR_s_padding()
    {
        var acl = PosixAcl.FromMode(0b110_100_100);
        byte[] blob = SystemAclBlob.Write(new PosixSecurity(0x1234, 0x5678, 0x81A4, false, acl, null));

        Assert.Equal(
            "0000020000000000" + "3412000000000000" + "7856000000000000" + "a481000003000000" + "0300000000000000" +
            "0200020006000000" + "0400040004000000" + "0500050004000000",
            Convert.ToHexString(blob), ignoreCase: true);
        Assert.Equal(32, SHA256.HashData(blob).Length);
    }

    [Theory]
    [InlineData("strm", "user.DosStream.strm:$DATA\0")]
    [InlineData("Zone.Identifier", "user.DosStream.Zone.Identifier:$DATA\0")]
    public void Streams_have_Samba_s_names(string name, string xattr)
    {
        Assert.Equal(xattr, Encoding.UTF8.GetString(StreamXattr.ToXattr(name)!));
        Assert.Equal(name, StreamXattr.FromXattr(Encoding.UTF8.GetBytes(xattr)));
    }
}
