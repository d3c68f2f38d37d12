using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Tests.Ndr;

public sealed class NdrCodecTests
{
    [Fact] // [C706] 14.3.12.3: referents of embedded pointers follow the outermost construct, depth first.
    public void Deferred_referents_follow_the_outermost_construct()
    {
        var value = new Parameters
        {
            First = "a",
            Inner = new Outer { Number = 1, Left = "bc", Nested = new Nested { Right = "d" } },
            Last = 9,
        };
        const string hex =
            "04000200 02000000 00000000 02000000 6100 0000" +          // First: at once, for it is a parameter.
            "08000200 01000000 0c000200 10000200" +                    // Inner, its scalars, nested ones too
            "03000000 00000000 03000000 6200 6300 0000 0000" +         // then Left
            "02000000 00000000 02000000 6400 0000" +                   // then Right
            "09000000";
        AssertBothWays(hex, value);
    }

    [Fact]
    public void Arrays_write_all_scalars_before_all_referents()
    {
        var value = InfoContainer<Nested>.Of([new Nested { Right = "a" }, new Nested { Right = null }, new Nested { Right = "b" }]);
        const string hex =
            "03000000 04000200 03000000 08000200 00000000 0c000200" +
            "02000000 00000000 02000000 61000000 02000000 00000000 02000000 62000000";
        AssertBothWays(hex, value);
    }

    [Fact]
    public void Sids_and_unicode_strings_are_read_and_written()
    {
        var value = new Account { Name = "ab", Sid = Sid.BuiltinAdministrators, Time = new FileTime(0x0102030405060708) };
        const string hex =
            "04000400 04000200 08000200 08070605 04030201 02000000 00000000 02000000 61006200" +
            "02000000 0102000000000005 20000000 20020000";
        AssertBothWays(hex, value);
    }

    [Fact]
    public void Big_endian_stubs_are_read()
    {
        const string hex =
            "0004 0004 00000001 00000002 01020304 05060708 00000002 00000000 00000002 00610062" +
            "00000002 0102000000000005 00000020 00000220";
        Assert.True(NdrCodec.TryRead(Hex.Bytes(hex), true, out Account value));
        Assert.Equal("ab", value.Name);
        Assert.Equal(Sid.BuiltinAdministrators, value.Sid);
    }

    [Fact]
    public void Alignment_gaps_are_skipped_and_zeroed()
    {
        var value = new Gaps { A = 1, B = 2, C = 3, D = 4 };
        AssertBothWays("01000000 00000000 0200000000000000 03000000 04000000", value);
    }

    [Fact] // [C706] 14.3.11.1
    public void A_full_pointer_that_comes_again_has_no_second_referent()
    {
        var pair = new FullPair
        {
            First = new FullPointer<Nested> { ReferentId = 1, Value = new Nested { Right = "x" } },
            Second = new FullPointer<Nested> { ReferentId = 1, Value = new Nested { Right = "x" } },
        };
        const string hex = "01000000 04000200 02000000 00000000 02000000 78000000 01000000";
        AssertBothWays(hex, pair);
        Assert.True(NdrCodec.TryRead(Hex.Bytes(hex), false, out FullPair read));
        Assert.Equal("x", read.Second.Value!.Value.Right);
    }

    [Theory]
    [InlineData("01000000 ffffff7f 00000000 ffffff7f 6100 0000")] // more characters than bytes
    [InlineData("01000000 02000000 00000000 03000000 610062000000")] // more than the maximum
    [InlineData("01000000 02000000 01000000 02000000 61000000")] // an offset
    [InlineData("01000000 02000000 00000000 02000000 61006200")] // no terminator
    [InlineData("01000000 02000000 00000000 00000000")] // nothing at all
    public void Malformed_strings_are_refused(string hex) =>
        Assert.False(NdrCodec.TryRead(Hex.Bytes(hex), false, out Nested _));

    [Theory]
    [InlineData("ffffffff 01000000 ffffffff")]
    [InlineData("ffffff3f 01000000 ffffff3f 00000000")]
    [InlineData("02000000 01000000 01000000 00000000")] // EntriesRead and max_count differ
    [InlineData("02000000 00000000")] // a count and no array
    public void Lying_array_counts_are_refused_before_allocation(string hex)
    {
        byte[] stub = Hex.Bytes(hex);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(NdrCodec.TryRead(stub, false, out InfoContainer<Nested> _));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4096);
    }

    [Theory]
    [InlineData("01000000 10000000 0110000000000005")] // 16 sub-authorities
    [InlineData("01000000 02000000 0101000000000005 00000000 00000000")] // two counts that differ
    [InlineData("01000000 00000000 0200000000000005")] // revision 2
    public void Malformed_sids_are_refused(string hex) =>
        Assert.False(NdrCodec.TryRead(Hex.Bytes(hex), false, out JustSid _));

    [Fact]
    public void Truncation_at_every_byte_is_refused()
    {
        var value = new Account { Name = "ab", Sid = Sid.BuiltinAdministrators };
        Assert.True(NdrCodec.TryWrite(value, out var stub));
        for (int length = 0; length < stub.Length; length++)
            Assert.False(NdrCodec.TryRead(stub[..length], false, out Account _));
    }

    [Fact]
    public void A_reply_over_its_limit_is_not_written()
    {
        Assert.False(NdrCodec.TryWrite(new Nested { Right = new string('x', 100) }, out _, limit: 100));
        Assert.True(NdrCodec.TryWrite(new Nested { Right = new string('x', 100) }, out _, limit: 300));
    }

    private static void AssertBothWays<T>(string hex, T value) where T : struct, INdrType
    {
        Assert.True(NdrCodec.TryWrite(value, out var stub));
        Assert.Equal(Hex.Of(Hex.Bytes(hex)), Hex.Of(stub));
        Assert.True(NdrCodec.TryRead(stub, false, out T read));
        Assert.True(NdrCodec.TryWrite(read, out var again));
        Assert.Equal(Hex.Of(stub), Hex.Of(again));
    }

    private struct Parameters : INdrType
    {
        public string? First;
        public Outer? Inner;
        public uint Last;

        public void Marshal(ref NdrCodec ndr)
        {
            ndr.StringPointer(ref First);
            ndr.Pointer(ref Inner);
            ndr.UInt32(ref Last);
        }
    }

    private struct Outer : INdrType
    {
        public uint Number;
        public string? Left;
        public Nested Nested;

        public void Marshal(ref NdrCodec ndr)
        {
            ndr.UInt32(ref Number);
            ndr.StringPointer(ref Left);
            ndr.Struct(ref Nested);
        }
    }

    private struct Nested : INdrType
    {
        public string? Right;

        public void Marshal(ref NdrCodec ndr) => ndr.StringPointer(ref Right);
    }

    private struct Account : INdrType
    {
        public string? Name;
        public Sid? Sid;
        public FileTime Time;

        public void Marshal(ref NdrCodec ndr)
        {
            var inner = new Body { Value = this };
            ndr.Struct(ref inner);
            this = inner.Value;
        }

        private struct Body : INdrType
        {
            public Account Value;

            public void Marshal(ref NdrCodec ndr)
            {
                ndr.UnicodeString(ref Value.Name);
                ndr.SidPointer(ref Value.Sid);
                ndr.FileTime(ref Value.Time);
            }
        }
    }

    private struct JustSid : INdrType
    {
        public Sid? Sid;

        public void Marshal(ref NdrCodec ndr) => ndr.SidPointer(ref Sid);
    }

    private struct Gaps : INdrType
    {
        public byte A;
        public ulong B;
        public ushort C;
        public uint D;

        public void Marshal(ref NdrCodec ndr)
        {
            ndr.Byte(ref A);
            ndr.UInt64(ref B);
            ndr.UInt16(ref C);
            ndr.UInt32(ref D);
        }
    }

    private struct FullPair : INdrType
    {
        public FullPointer<Nested> First;
        public FullPointer<Nested> Second;

        public void Marshal(ref NdrCodec ndr)
        {
            ndr.FullPointer(ref First);
            ndr.FullPointer(ref Second);
        }
    }
}
