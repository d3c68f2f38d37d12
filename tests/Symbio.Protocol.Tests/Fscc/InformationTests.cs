using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Protocol.Tests.Fscc;

public sealed class InformationTests
{
    private static readonly FileTime s_time = new(0x01D0000000000001);

    [Fact]
    public void Basic() => Check(
        new FileBasicInformation(new(1), new(2), new(3), new(4), FileAttributes.Archive),
        "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" + "20000000" + "00000000");

    [Fact]
    public void Standard() => Check(
        new FileStandardInformation(0x1000, 5, 2, true, false),
        "0010000000000000" + "0500000000000000" + "02000000" + "01" + "00" + "0000");

    [Fact]
    public void Network_open() => Check(
        new FileNetworkOpenInformation(new(1), new(2), new(3), new(4), 0x1000, 5, FileAttributes.Directory),
        "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" +
        "0010000000000000" + "0500000000000000" + "10000000" + "00000000");

    [Fact] // The POSIX extensions: SIDs of owner and group end it.
    public void Posix() => Check(
        new FilePosixInformation(
            new(1), new(2), new(3), new(4), 5, 0x1000, FileAttributes.Archive, 6, 7,
            new PosixProperties(1, ReparseTag.None, 0x1A4, Sid.UnixUser(8), Sid.UnixGroup(9))),
        "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" +
        "0500000000000000" + "0010000000000000" + "20000000" + "0600000000000000" + "07000000" + "00000000" +
        "01000000" + "00000000" + "A4010000" +
        "01020000000000160100000008000000" + "01020000000000160200000009000000");

    [Fact]
    public void Fs_posix() => Check(
        new FileFsPosixInformation(uint.MaxValue, 4096, 3, 2, 1, 5, 4, 7),
        "FFFFFFFF" + "00100000" + "0300000000000000" + "0200000000000000" + "0100000000000000" +
        "0500000000000000" + "0400000000000000" + "0700000000000000");

    [Theory] // Files and directories have no type; everything else is counted, and not as in st_mode.
    [InlineData(0x81A4, 0x1A4)]
    [InlineData(0x41ED, 0x1ED)]
    [InlineData(0xA1FF, 0x21FF)]
    [InlineData(0x21B6, 0x31B6)]
    [InlineData(0x61B6, 0x41B6)]
    [InlineData(0x11A4, 0x51A4)]
    [InlineData(0xC1ED, 0x61ED)]
    [InlineData(0x8DFF, 0xDFF)]
    public void Modes_on_the_wire(uint unix, uint wire) => Assert.Equal(wire, PosixMode.FromUnix(unix));

    [Fact] // The name starts at 20: no padding before it.
    public void Rename() => Check(
        new FileRenameInformation(true, 0, "ab"),
        "01" + "00000000000000" + "0000000000000000" + "04000000" + "61006200");

    [Fact]
    public void Rename_ex() => Check(
        new FileRenameExInformation(RenameFlags.ReplaceIfExists | RenameFlags.PosixSemantics, 0, "a"),
        "03000000" + "00000000" + "0000000000000000" + "02000000" + "6100");

    [Fact]
    public void Id() => Check(
        new FileIdInformation(7, new UInt128(2, 1)), "0700000000000000" + "0100000000000000" + "0200000000000000");

    [Fact]
    public void Fs_volume() => Check(
        new FileFsVolumeInformation(s_time, 0x12345678, false, "V"),
        "010000000000D001" + "78563412" + "02000000" + "00" + "00" + "5600");

    [Fact]
    public void Fs_attribute() => Check(
        new FileFsAttributeInformation(FileSystemAttributes.UnicodeOnDisk | FileSystemAttributes.PersistentAcls, 255, "NTFS"),
        "0C000000" + "FF000000" + "08000000" + "4E00540046005300");

    [Fact]
    public void The_rest_go_there_and_back()
    {
        RoundTrip(new FileAllInformation(
            new(s_time, s_time, s_time, s_time, FileAttributes.Hidden), new(1, 2, 3, false, true), new(9), new(8),
            new(AccessMask.FileAll), new(6), new(FileModeFlags.WriteThrough), new(5), new(@"\dir\file")));
        RoundTrip(new FileInternalInformation(ulong.MaxValue));
        RoundTrip(new FileEaInformation(5));
        RoundTrip(new FileAccessInformation(AccessMask.Delete));
        RoundTrip(new FilePositionInformation(5));
        RoundTrip(new FileModeInformation(FileModeFlags.DeleteOnClose));
        RoundTrip(new FileAlignmentInformation(3));
        RoundTrip(new FileNameInformation("x"));
        RoundTrip(new FileAlternateNameInformation("X~1"));
        RoundTrip(new FileNormalizedNameInformation(@"a\b"));
        RoundTrip(new FileShortNameInformation("X"));
        RoundTrip(new FileAttributeTagInformation(FileAttributes.ReparsePoint, ReparseTag.SymbolicLink));
        RoundTrip(new FileCompressionInformation(1, CompressionFormat.Lznt1, 2, 3, 4));
        RoundTrip(new FileAllocationInformation(1));
        RoundTrip(new FileEndOfFileInformation(1));
        RoundTrip(new FileDispositionInformation(true));
        RoundTrip(new FileDispositionExInformation(DispositionFlags.Delete));
        RoundTrip(new FileLinkInformation(true, 1, "l"));
        RoundTrip(new FileLinkExInformation(LinkFlags.ReplaceIfExists, 1, "l"));
        RoundTrip(new FileValidDataLengthInformation(1));
        RoundTrip(new FilePipeInformation(PipeReadMode.Message, PipeCompletionMode.Complete));
        RoundTrip(new FilePipeLocalInformation(NamedPipeType.Message, NamedPipeConfiguration.FullDuplex, 1, 2, 3, 4, 5,
            6, NamedPipeState.Connected, NamedPipeEnd.Server));
        RoundTrip(new FilePipeRemoteInformation(1, 2));
        RoundTrip(new FileObjectIdInformation(1, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()));
        RoundTrip(new FileReparsePointInformation(1, ReparseTag.Nfs));
        RoundTrip(new FileStandardLinkInformation(1, 2, true, true));
        RoundTrip(new FileCaseSensitiveInformation(1));
        RoundTrip(new FileFsSizeInformation(1, 2, 3, 4));
        RoundTrip(new FileFsFullSizeInformation(1, 2, 3, 4, 5));
        RoundTrip(new FileFsDeviceInformation(DeviceType.Disk, DeviceCharacteristics.DeviceIsMounted));
        RoundTrip(new FileFsControlInformation(1, 2, 3, 4, 5, FileSystemControlFlags.QuotaTrack));
        RoundTrip(new FileFsLabelInformation("label"));
        RoundTrip(new FileFsSectorSizeInformation(512, 4096, 4096, 4096, SectorSizeFlags.AlignedDevice, 0, 0));
        RoundTrip(new FileFsVolumeFlagsInformation((VolumeFlags)1));
    }

    [Fact]
    public void Fs_object_id_is_64_bytes()
    {
        var information = new FileFsObjectIdInformation(Guid.NewGuid(), new byte[] { 1, 2 });
        byte[] bytes = new byte[information.Length];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        var reader = new WireReader(bytes);

        Assert.True(writer.IsValid);
        Assert.Equal(64, writer.Position);
        Assert.True(FileFsObjectIdInformation.TryRead(ref reader, out var read));
        Assert.Equal(information.ObjectId, read.ObjectId);
        Assert.Equal(48, read.ExtendedInfo.Length);
    }

    [Fact]
    public void A_name_length_may_lie()
    {
        foreach (uint length in new uint[] { 1, 3, 6, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF })
        {
            byte[] bytes = new byte[24];
            BitConverter.TryWriteBytes(bytes.AsSpan(16), length);
            var reader = new WireReader(bytes);
            Assert.False(FileRenameInformation.TryRead(ref reader, out _));
        }
    }

    private static void Check<T>(T information, string hex)
        where T : struct, IInformation<T>
    {
        Assert.Equal(hex, Convert.ToHexString(RoundTrip(information)));
    }

    private static byte[] RoundTrip<T>(T information)
        where T : struct, IInformation<T>
    {
        byte[] bytes = new byte[information.Length];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        Assert.True(writer.IsValid, typeof(T).Name);
        Assert.Equal(information.Length, writer.Position);

        var reader = new WireReader(bytes);
        Assert.True(T.TryRead(ref reader, out var read), typeof(T).Name);
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(information, read);
        for (int length = 0; length < bytes.Length; length++)
        {
            var truncated = new WireReader(bytes.AsMemory(0, length));
            Assert.False(T.TryRead(ref truncated, out _), $"{typeof(T).Name} cut at {length}");
            var full = new WireWriter(new byte[length]);
            information.Write(ref full);
            Assert.False(full.IsValid);
        }

        return bytes;
    }
}
