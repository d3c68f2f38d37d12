using Symbio.Security.Primitives;

namespace Symbio.Security.Tests.Primitives;

public sealed class AesCmacTests
{
    private static readonly byte[] Key = Hex.Bytes("2b7e151628aed2a6abf7158809cf4f3c");

    [Theory] // RFC 4493 section 4
    [InlineData(0, "bb1d6929e95937287fa37d129b756746")]
    [InlineData(16, "070a16b46b4d4144f79bdd9dd04a287c")]
    [InlineData(40, "dfa66747de9ae63030ca32611497c827")]
    [InlineData(64, "51f0bebf7e3b9d92fc49741779363cfe")]
    public void Gives_the_vectors_of_rfc_4493(int length, string expected)
    {
        byte[] message = Hex.Bytes(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        foreach (bool software in (bool[])[false, true])
        {
            using var cmac = new AesCmac(Key, software);
            byte[] tag = new byte[16];
            cmac.Compute(message.AsSpan(0, length), tag);
            Assert.Equal(expected, Convert.ToHexStringLower(tag));
        }
    }

    [Fact]
    public void Hardware_and_software_agree_at_every_length_over_two_chunks()
    {
        using var hardware = new AesCmac(Key);
        using var software = new AesCmac(Key, forceSoftware: true);
        byte[] message = new byte[4200];
        new FixedRandom().Source(message);
        byte[] first = new byte[16], second = new byte[16], previous = new byte[16];
        for (int length = 0; length <= message.Length; length += length is < 80 or > 2030 and < 2100 ? 1 : 7)
        {
            hardware.Compute(message.AsSpan(0, length), first);
            software.Compute(message.AsSpan(0, length), second);
            Assert.Equal(first, second);
            Assert.NotEqual(previous, first);
            first.CopyTo(previous, 0);
        }
    }

    [Fact]
    public void Refuses_a_key_of_another_length() => Assert.Throws<ArgumentException>(() => new AesCmac(new byte[15]));
}
