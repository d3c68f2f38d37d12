using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>AppleDouble headers: those that smbd 4.17.12 with fruit wrote, and those that nobody should.</summary>
public sealed class AppleDoubleTests
{
    // put x a:AFP_AfpInfo, with fruit:metadata = netatalk
    internal static byte[] SambasMetadata { get; } =
    [
        .. Convert.FromHexString(
            "000516070002000000000000000000000000000000000000" + "0008" + "000000040000009a00000000" + "000000080000016200000010" +
            "000000090000007a00000020" + "0000000e0000017200000004" + "804445560000017600000000" + "80494e4f0000017e00000000" +
            "8053594e0000018600000000" + "8053567e0000018e00000000" + "54455854747478744000"),
        .. new byte[22 + 200],
        .. Convert.FromHexString("3294a35c3294a35c800000003294a35c"),
        .. new byte[402 - 0x172],
    ];

    // put x a:AFP_Resource, with fruit:resource = file; the first 82 bytes.
    internal static byte[] SambasForkHeader { get; } =
    [
        .. Convert.FromHexString(
            "0005160700020000" + "4e65746174616c6b2020202020202020" + "0002" + "0000000200000052000000be" + "000000090000003200000020"),
        .. new byte[32],
    ];

    [Fact]
    public void Samba_s_metadata_is_read_and_written_alike()
    {
        Assert.Equal(402, SambasMetadata.Length);
        AppleDouble header = AppleDouble.TryRead(SambasMetadata, 402)!;
        Assert.True(header.TryFind(AppleDouble.FinderInfo, out AppleDoubleEntry finder));
        Assert.Equal(new AppleDoubleEntry(AppleDouble.FinderInfo, 0x7A, 32), finder);

        byte[] buffer = [.. SambasMetadata, .. new byte[1000]];
        Assert.Equal(60, NetatalkMetadata.Instance.Decode(buffer, 402));
        Assert.Equal("TEXTttxt"u8.ToArray(), AfpInfo.FinderInfoOf(buffer.AsSpan(0, 60))[..8].ToArray());

        FileTime time = FileTime.FromDateTimeOffset(DateTimeOffset.FromUnixTimeSeconds(946_684_800 + 0x3294a35c));
        var file = new FileStat { CreationTime = time, LastAccessTime = time, LastWriteTime = time };
        NtStatus status = NetatalkMetadata.Instance.Encode(buffer.AsSpan(0, 60), [], file, out byte[] made);
        Assert.Equal((NtStatus.Success, Convert.ToHexString(SambasMetadata)), (status, Convert.ToHexString(made)));
    }

    [Fact] // A comment, ids, dates: they are Netatalk's.
    public void What_else_is_kept_there_stays()
    {
        byte[] old = [.. SambasMetadata];
        Encoding.ASCII.GetBytes("not ours").CopyTo(old, 0x176);
        byte[] info = new byte[60];
        AfpInfo.Write(info, Enumerable.Repeat((byte)7, 32).ToArray(), backupTime: 5);

        Assert.Equal(NtStatus.Success, NetatalkMetadata.Instance.Encode(info, old, default, out byte[] made));

        byte[] wanted = [.. old];
        wanted.AsSpan(0x7A, 32).Fill(7);
        new byte[] { 0, 0, 0, 5 }.CopyTo(wanted, 0x162 + 8);
        Assert.Equal(Convert.ToHexString(wanted), Convert.ToHexString(made));
        made.CopyTo(old, 0);
        Assert.Equal(60, NetatalkMetadata.Instance.Decode(made, made.Length));
        Assert.Equal(5u, AfpInfo.BackupTimeOf(made));
    }

    [Fact]
    public void A_part_of_a_header_is_none()
    {
        for (int length = 0; length < 0x18E; length++)
        {
            byte[] part = SambasMetadata[..length];
            Assert.Null(AppleDouble.TryRead(part, (ulong)length));
            Assert.Equal(0, NetatalkMetadata.Instance.Decode(part, length));
        }
    }

    [Theory]
    [InlineData(0, 1)] // The magic number.
    [InlineData(5, 1)] // The version.
    [InlineData(25, 0)] // No entries,
    [InlineData(24, 1)] // too many,
    [InlineData(29, 9)] // the same twice,
    [InlineData(29, 0)] // one without an id,
    [InlineData(33, 10)] // in the header,
    [InlineData(45, 0x33)] // in another,
    [InlineData(43, 1)] // behind the end,
    [InlineData(46, 0xFF)] // longer than the file.
    public void What_contradicts_itself_is_refused(int at, byte value)
    {
        byte[] header = [.. SambasForkHeader, .. new byte[0xBE]];
        Assert.NotNull(AppleDouble.TryRead(header, (ulong)header.Length));

        header[at] = value;

        Assert.Null(AppleDouble.TryRead(header, (ulong)header.Length));
    }

    [Fact] // Its file was cut, and the header not changed yet.
    public void Only_a_fork_may_end_early()
    {
        Assert.True(AppleDouble.TryRead(SambasForkHeader, 82)!.TryFind(AppleDouble.ResourceFork, out AppleDoubleEntry fork));
        Assert.Equal(0xBEu, fork.Length);
        Assert.Null(AppleDouble.TryRead(SambasForkHeader, 81));
    }

    [Theory]
    [InlineData(59)]
    [InlineData(61)]
    public void Nothing_but_an_info_can_be_kept(int length) =>
        Assert.Equal(
            NtStatus.InvalidParameter, NetatalkMetadata.Instance.Encode(new byte[length], SambasMetadata, default, out _));
}
