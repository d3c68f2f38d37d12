using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Tests.Dtyp;

public sealed class SidTests
{
    [Theory] // [MS-DTYP] 2.4.2
    [InlineData("S-1-1-0", "010100000000000100000000")]
    [InlineData("S-1-5-32-544", "01020000000000052000000020020000")]
    [InlineData("S-1-5-21-1-2-3-1000", "010500000000000515000000010000000200000003000000E8030000")]
    [InlineData("S-1-22-1-65534", "01020000000000160100" + "0000FEFF0000")]
    [InlineData("S-1-0x123456789ABC-7", "0101123456789ABC07000000")]
    [InlineData("S-1-5", "0100000000000005")]
    public void Text_and_bytes(string text, string hex)
    {
        var sid = Sid.Parse(text);

        Assert.Equal(hex, Convert.ToHexString(sid.Bytes));
        Assert.Equal(text, sid.ToString());
        Assert.True(Sid.TryRead(Convert.FromHexString(hex), out var read));
        Assert.Equal(sid, read);
        Assert.Equal(sid.GetHashCode(), read.GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("S-1")]
    [InlineData("S-1-")]
    [InlineData("S-2-5-18")]
    [InlineData("S-1-5-")]
    [InlineData("S-1-5-4294967296")]
    [InlineData("S-1-5--1")]
    [InlineData("S-1-5- 1")]
    [InlineData("S-1-0x1000000000000-1")]
    [InlineData("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16")]
    public void Bad_text(string text) => Assert.False(Sid.TryParse(text, out _));

    [Fact]
    public void Bad_bytes()
    {
        byte[] bytes = Sid.Parse("S-1-5-21-1-2-3-1000").ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(Sid.TryRead(bytes.AsSpan(0, length), out _));
            var reader = new WireReader(bytes.AsMemory(0, length));
            Assert.Null(Sid.Read(ref reader));
            Assert.False(reader.IsValid);
        }

        Assert.False(Sid.TryRead([2, 0, 0, 0, 0, 0, 0, 5], out _)); // Revision
        byte[] tooMany = new byte[8 + (16 * 4)];
        tooMany[0] = 1;
        tooMany[1] = 16;
        Assert.False(Sid.TryRead(tooMany, out _));
    }

    [Fact]
    public void Relative_ids()
    {
        var domain = Sid.Parse("S-1-5-21-1-2-3");
        var user = domain.AppendRid(1000);

        Assert.Equal("S-1-5-21-1-2-3-1000", user.ToString());
        Assert.Equal(1000u, user.RelativeId);
        Assert.Equal(domain, user.Domain);
        Assert.True(user.IsInDomain(domain));
        Assert.False(user.IsInDomain(Sid.Parse("S-1-5-21-1-2-4")));
        Assert.True(Sid.UnixUser(7).TryGetUnixUser(out uint uid));
        Assert.Equal(7u, uid);
        Assert.False(Sid.UnixGroup(7).TryGetUnixUser(out _));
        Assert.True(Sid.UnixGroup(8).TryGetUnixGroup(out uint gid));
        Assert.Equal(8u, gid);
    }
}
