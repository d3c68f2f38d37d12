using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces.Lsarpc;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Tests.Interfaces;

/// <summary>Request stubs that impacket 0.10 made once: another implementation's reading of the same IDL.</summary>
public sealed class ImpacketVectorTests
{
    private const string Handle = "000000000102030405060708090a0b0c0d0e0f10";

    [Fact]
    public void NetrShareEnum()
    {
        var request = Read<NetrShareEnumRequest>(
            "662200000100000000000000010000000000abab010000000100000062cd00000000000000000000ffffffffb891000000000000");
        Assert.Equal(("", 1u, uint.MaxValue, 0u),
            (request.ServerName, request.InfoStruct.Level, request.PreferedMaximumLength, request.ResumeHandle));
        Assert.NotNull(request.InfoStruct.Level1);
    }

    [Fact]
    public void NetrShareGetInfo()
    {
        var request = Read<NetrShareGetInfoRequest>(
            "00000000060000000000000006000000660069006c00650073000000f6010000");
        Assert.Equal((null, "files", 502u), (request.ServerName, request.NetName, request.Level));
    }

    [Fact]
    public void NetrServerGetInfo() =>
        Assert.Equal(101u, Read<NetrServerGetInfoRequest>("0000000065000000").Level);

    [Fact]
    public void NetrSessionEnum()
    {
        var request = Read<NetrSessionEnumRequest>(
            "00000000b89100000400000000000000040000005c005c0063000000f2d8000005000000000000000500000061006e006e006100" +
            "0000abab0a0000000a000000281000000000000000000000ffffffff62cd000000000000");
        Assert.Equal((@"\\c", "anna", 10u), (request.ClientName, request.UserName, request.InfoStruct.Level));
    }

    [Fact]
    public void NetrFileEnum()
    {
        var request = Read<NetrFileEnumRequest>(
            "00000000b891000004000000000000000400000043003a005c000000000000000300000003000000281000000000000087c30000" +
            "00000000ffffffff62cd000000000000");
        Assert.Equal((@"C:\", null, 3u), (request.BasePath, request.UserName, request.InfoStruct.Level));
    }

    [Fact]
    public void NetrShareSetInfo()
    {
        var request = Read<NetrShareSetInfoRequest>(
            "cfc200000600000000000000060000005c005c007300720076000000060000000000000006000000660069006c00650073000000" +
            "ec030000ec030000cfa60000e67800000400000000000000040000006e006500770000001273000000000000");
        Assert.Equal(("files", "new", 0u), (request.NetName, request.InfoStruct.Level1004!.Value.Remark, request.ParmErr));
    }

    [Fact]
    public void NetrWkstaGetInfo() =>
        Assert.Equal(102u, Read<NetrWkstaGetInfoRequest>(
            "662200000a000000000000000a000000000000000000000000000000000000000000000066000000").Level);

    [Fact]
    public void LsarOpenPolicy2() =>
        Assert.Equal(0x801u, Read<LsarOpenPolicy2Request>(
            "0000000000000000000000000000000000000000000000000000000001080000").DesiredAccess);

    [Fact]
    public void LsarQueryInformationPolicy2()
    {
        var request = Read<LsarQueryInformationPolicyRequest>(Handle + "0c00");
        Assert.Equal(12, request.InformationClass);
        Assert.Equal(new Guid(Hex.Bytes(Handle[8..])), request.PolicyHandle.Uuid);
    }

    [Fact]
    public void LsarLookupNames()
    {
        var request = Read<LsarLookupNamesRequest>(
            Handle + "020000000200000008000800b891000010001000f2d80000040000000000000004000000640065006d006f00080000" +
            "000000000008000000450076006500720079006f006e00650000000000000000000100bfbf00000000");
        Assert.Equal(["demo", "Everyone"], request.Arguments.Names.Select(name => name.Value));
        Assert.Equal(1, request.Arguments.LookupLevel);
    }

    [Fact]
    public void LsarLookupNames3()
    {
        var request = Read<LsarLookupNames2Request<TranslatedSidEx2>>(
            Handle + "010000000100000008000800b8910000040000000000000004000000640065006d006f0000000000000000000100bf" +
            "bf000000000000000001000000");
        Assert.Equal("demo", Assert.Single(request.Arguments.Names).Value);
        Assert.Equal(1u, request.ClientRevision);
    }

    [Fact]
    public void LsarLookupSids2()
    {
        var request = Read<LsarLookupSids2Request>(
            Handle + "020000006622000002000000f2d8000062cd000002000000010200000000000520000000200200000100000001010000" +
            "000000010000000000000000000000000100bfbf000000000000000001000000");
        Assert.Equal([Sid.BuiltinAdministrators, Sid.Everyone], request.Arguments.Sids.SidInfo!.Select(info => info.Sid!));
    }

    /// <summary>Reads it; our own writing of it reads the same; and no truncation throws.</summary>
    private static T Read<T>(string hex) where T : struct, INdrType
    {
        byte[] stub = Hex.Bytes(hex);
        Assert.True(NdrCodec.TryRead(stub, false, out T value));
        for (int length = 0; length < stub.Length; length++)
            NdrCodec.TryRead(stub.AsMemory(0, length), false, out T _);

        Assert.True(NdrCodec.TryWrite(value, out var written));
        Assert.True(NdrCodec.TryRead(written, false, out T again));
        Assert.True(NdrCodec.TryWrite(again, out var rewritten));
        Assert.Equal(Hex.Of(written), Hex.Of(rewritten));
        return value;
    }
}
