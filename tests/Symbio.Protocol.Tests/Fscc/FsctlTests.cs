using System.Net;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Fscc;

public sealed class FsctlTests
{
    private const string Key = "0100000000000000" + "0200000000000000" + "0300000000000000";

    [Fact] // [MS-SMB2] 2.2.31.4
    public void Validate_negotiate_info_request() => Check(
        new ValidateNegotiateInfoRequest(0x7F, Guid.Parse("03020100-0504-0706-0809-0a0b0c0d0e0f"), 1, [0x0202, 0x0311]),
        "7F000000" + "000102030405060708090A0B0C0D0E0F" + "0100" + "0200" + "0202" + "1103");

    [Fact] // [MS-SMB2] 2.2.32.6
    public void Validate_negotiate_info_response() => Check(
        new ValidateNegotiateInfoResponse(0x7F, Guid.Parse("03020100-0504-0706-0809-0a0b0c0d0e0f"), 1, 0x0302),
        "7F000000" + "000102030405060708090A0B0C0D0E0F" + "0100" + "0203");

    [Fact] // [MS-SMB2] 2.2.31.1
    public void Copychunk() => Check(
        new SrvCopychunkCopy(new ResumeKey(1, 2, 3), [new(4, 5, 6)]),
        Key + "01000000" + "00000000" + "0400000000000000" + "0500000000000000" + "06000000" + "00000000");

    [Fact] // [MS-SMB2] 2.2.32.3
    public void Resume_key() =>
        Check(new SrvRequestResumeKeyResponse(new ResumeKey(1, 2, 3)), Key + "00000000" + "00000000", minimum: 28);

    [Fact] // [MS-SMB2] 2.2.32.2
    public void Snapshots()
    {
        Check(SrvSnapshotArray.Of(["a", "b"]), "02000000" + "02000000" + "0A000000" + "61000000" + "62000000" + "0000");
        Check(SrvSnapshotArray.CountOnly(["a", "b"]), "02000000" + "00000000" + "0A000000" + "00000000", minimum: 12);
        Check(SrvSnapshotArray.Of([]), "00000000" + "00000000" + "02000000" + "00000000", minimum: 12);
    }

    [Fact] // [MS-SMB2] 2.2.32.5
    public void Network_interfaces()
    {
        NetworkInterfaceInfo[] interfaces =
        [
            new(1, NetworkInterfaceCapabilities.Rss, 1_000_000_000, IPAddress.Parse("192.0.2.1")),
            new(2, NetworkInterfaceCapabilities.Rdma, 10, IPAddress.Parse("2001:db8::1")),
        ];
        byte[] bytes = new byte[304];
        var writer = new WireWriter(bytes);
        NetworkInterfaceInfo.WriteList(ref writer, interfaces);

        Assert.True(writer.IsValid);
        Assert.Equal(304, writer.Position);
        Assert.StartsWith("98000000" + "01000000" + "01000000" + "00000000" + "00CA9A3B00000000" + "0200" + "0000" + "C0000201" + "00",
            Convert.ToHexString(bytes), StringComparison.Ordinal);
        Assert.True(NetworkInterfaceInfo.TryReadList(bytes, out var read));
        Assert.Equal(interfaces, read);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            Assert.False(NetworkInterfaceInfo.TryReadList(bytes.AsMemory(0, cut), out _));
            var full = new WireWriter(new byte[cut]);
            NetworkInterfaceInfo.WriteList(ref full, interfaces);
            Assert.False(full.IsValid);
        }
    }

    [Fact]
    public void Duplicate_extents() => Check(
        new DuplicateExtentsData(new FileId(1, 2), 3, 4, 5),
        "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" + "0500000000000000");

    [Fact]
    public void Duplicate_extents_ex() => Check(
        new DuplicateExtentsDataEx(new FileId(1, 2), 3, 4, 5, DuplicateExtentsFlags.SourceAtomic),
        "3000000000000000" + "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" +
        "0500000000000000" + "01000000" + "00000000");

    [Fact]
    public void Pipe_wait()
    {
        Check(new PipeWaitRequest(5, "ab"), "0500000000000000" + "04000000" + "01" + "00" + "61006200");
        Check(new PipeWaitRequest(null, "a"), "0000000000000000" + "02000000" + "00" + "00" + "6100");
    }

    [Fact]
    public void The_rest_go_there_and_back()
    {
        Check(new SrvCopychunkResponse(1, 2, 3), "010000000200000003000000");
        Check(new NetworkResiliencyRequest(1000), "E803000000000000");
        Check(new FileZeroDataInformation(1, 2), "01000000000000000200000000000000");
        Check(new FileAllocatedRange(1, 2), "01000000000000000200000000000000");
        Check(new FileObjectIdBuffer(Guid.Empty, Guid.Empty, Guid.Empty, Guid.Empty), new string('0', 128));
        Check(new OffloadReadInput(32, 1, 2, 3, 4),
            "20000000" + "01000000" + "02000000" + "00000000" + "0300000000000000" + "0400000000000000");
        Check(new OffloadReadOutput(1, 2, OffloadToken.ZeroData),
            "10020000" + "01000000" + "0200000000000000" + "FFFF0001" + "000001F8" + new string('0', 1008));
        Check(new OffloadWriteInput(544, 1, 2, 3, 4, OffloadToken.ZeroData),
            "20020000" + "01000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" + "FFFF0001" + "000001F8" +
            new string('0', 1008));
        Check(new OffloadWriteOutput(16, 1, 2), "10000000" + "01000000" + "0200000000000000");
        Check(new FileLevelTrim(0, [new(1, 2)]), "00000000" + "01000000" + "0100000000000000" + "0200000000000000");
        Check(new FileLevelTrimOutput(1), "01000000");
        Check(new CompressionState(CompressionFormat.Lznt1), "0200");
        Check(new GetIntegrityInformationBuffer(2, 1, 65536, 4096), "0200" + "0000" + "01000000" + "00000100" + "00100000");
        Check(new SetIntegrityInformationBuffer(2, 1), "0200" + "0000" + "01000000");
        Check(new FileRegionInput(1, 2, 3), "0100000000000000" + "0200000000000000" + "03000000" + "00000000");
        Check(new FileRegionOutput(0, 2, [new(1, 2, 1)]), "00000000" + "02000000" + "01000000" + "00000000" +
            "0100000000000000" + "0200000000000000" + "01000000" + "00000000");
        Check(new PipePeekResponse(NamedPipeState.Connected, 1, 2, 3, default), "03000000010000000200000003000000");
        var volume = new NtfsVolumeData(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        Assert.Equal(96, volume.Length);
        var empty = new WireReader(ReadOnlyMemory<byte>.Empty);
        Assert.True(SetSparseBuffer.TryRead(ref empty, out var sparse) && sparse.SetSparse);
        var zero = new WireReader(new byte[1]);
        Assert.True(SetSparseBuffer.TryRead(ref zero, out sparse) && !sparse.SetSparse);
    }

    [Fact] // [MS-FSCC] 2.1.2
    public void Reparse_buffers()
    {
        Check(new SymbolicLinkReparseData("ab", "c", true),
            "0000" + "0400" + "0400" + "0200" + "01000000" + "61006200" + "6300");
        Check(new MountPointReparseData("ab", "c"),
            "0000" + "0400" + "0600" + "0200" + "610062000000" + "63000000", minimum: 16);
        Check(new NfsReparseData(NfsFileType.CharacterDevice, "", 5, 1), "4348520000000000" + "05000000" + "01000000");
        Check(new NfsReparseData(NfsFileType.Fifo, "", 0, 0), "4649464F00000000");
        Check(new ReparseDataBuffer(ReparseTag.Nfs, Guid.Empty, new byte[] { 1, 2 }), "14000080" + "0200" + "0000" + "0102");
        Check(new ReparseDataBuffer((ReparseTag)0x15, Guid.Empty, new byte[] { 1 }),
            "15000000" + "0100" + "0000" + new string('0', 32) + "01");
        var link = new WireReader(Convert.FromHexString("4C4E4B0100000000" + "61002F006200"));
        Assert.True(NfsReparseData.TryRead(ref link, out var nfs));
        Assert.Equal((NfsFileType.SymbolicLink, "a/b"), (nfs.Type, nfs.Target));
        var unknown = new WireReader(new byte[8]);
        Assert.False(NfsReparseData.TryRead(ref unknown, out _));
        var slack = new WireReader(Convert.FromHexString("14000080" + "0100" + "0000" + "0102"));
        Assert.False(ReparseDataBuffer.TryRead(ref slack, out _));
    }

    [Fact]
    public void Counts_may_lie()
    {
        byte[] bytes = new byte[32];
        bytes.AsSpan(24, 4).Fill(0xFF);
        var copy = new WireReader(bytes);
        Assert.False(SrvCopychunkCopy.TryRead(ref copy, out _));
        bytes = new byte[24];
        bytes.AsSpan(4, 20).Fill(0xFF);
        var trim = new WireReader(bytes);
        Assert.False(FileLevelTrim.TryRead(ref trim, out _));
        bytes.AsSpan().Fill(0xFF);
        var regions = new WireReader(bytes);
        Assert.False(FileRegionOutput.TryRead(ref regions, out _));
        var validate = new WireReader(bytes);
        Assert.False(ValidateNegotiateInfoRequest.TryRead(ref validate, out _));
        var link = new WireReader(bytes);
        Assert.False(SymbolicLinkReparseData.TryRead(ref link, out _));
    }

    private static void Check<T>(T information, string hex, int? minimum = null)
        where T : struct, IInformation<T>
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(bytes.Length, information.Length);
        Assert.Equal(hex, Convert.ToHexString(Write(information)));
        var reader = new WireReader(bytes);
        Assert.True(T.TryRead(ref reader, out var read), typeof(T).Name);
        Assert.Equal(hex, Convert.ToHexString(Write(read)));
        for (int length = 0; length < (minimum ?? bytes.Length); length++)
        {
            var truncated = new WireReader(bytes.AsMemory(0, length));
            Assert.False(T.TryRead(ref truncated, out _), $"{typeof(T).Name} cut at {length}");
        }
    }

    private static byte[] Write<T>(T information)
        where T : struct, IInformation<T>
    {
        byte[] bytes = new byte[information.Length];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        Assert.True(writer.IsValid);
        Assert.Equal(bytes.Length, writer.Position);
        return bytes;
    }
}
