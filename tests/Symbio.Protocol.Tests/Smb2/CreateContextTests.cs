using System.Buffers.Binary;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class CreateContextTests
{
    private const string ManyContexts =
        "FE534D4240000100000000000500010010000000000000000D00000000000000" +
        "0000000009082D9EF8876A2E0000000000000000000000000000000000000000" +
        "390000000000000000000000000000000000000000000000000000028000000007000000050000006400200078001E00" +
        "980000008000000074006500730074005F006300720065006100740065002E0064006100740000001800000010000400" +
        "00001800000000004D7841630000000020000000100004000000180008000000416C5369000000000000100000000000" +
        "2800000010000400000018001000000044486E5100000000000000000000000000000000000000000000000010000400" +
        "000018000800000054577270000000001027000000000000";
    private const string LeaseV2Request =
        "FE534D4240000100000000000500010010000000000000000500000000000000" +
        "00000000A066D1A44B2078920000000000000000000000000000000000000000" +
        "390000FF0200000000000000000000000000000000000000FF011F008000000007000000030000006400200078002C00" +
        "A80000004C000000760032005F006C0065006100730065005F0062007200650061006B0069006E00670033002E006400" +
        "61007400000000000000000010000400000018003400000052714C73000000000DF0DDE0FE0FDCBAF20F221F01F02345" +
        "070000000000000000000000000000000000000000000000000000000000000011000000";
    private const string LeaseV2Response =
        "FE534D4240000100000000000500010011000000000000000500000000000000" +
        "00000000A066D1A44B2078920000000000000000000000000000000000000000" +
        "5900FF0002000000B8112F8D9A79DD01B8112F8D9A79DD01B8112F8D9A79DD01B8112F8D9A79DD010000000000000000" +
        "00000000000000002000000000000000432A823900000000CFF73D8000000000980000004C0000000000000010000400" +
        "000018003400000052714C73000000000DF0DDE0FE0FDCBAF20F221F01F0234507000000000000000000000000000000" +
        "0000000000000000000000000000000012000000";
    private const string LeaseV1Response =
        "FE534D4240000100000000000500010011000000000000000700000000000000" +
        "00000000B44A62A58E682E7C0000000000000000000000000000000000000000" +
        "5900FF000200000018AF7B6D9A79DD0118AF7B6D9A79DD0118AF7B6D9A79DD0118AF7B6D9A79DD010000000000000000" +
        "0000000000000000200000000000000070BAAC2F0000000029DD7B6F0000000098000000380000000000000010000400" +
        "000018002000000052714C73000000000DF0DDE0FE0FDCBAF20F221F01F0234507000000000000000000000000000000";
    private const string AppInstance =
        "FE534D4240000100000000000500010010000000000000000500000000000000" +
        "000000003F19344233C7B17F0000000000000000000000000000000000000000" +
        "390000090200000000000000000000000000000000000000FF011F008000000000000000030000006400200078005200" +
        "D00000006C000000640075007200610062006C0065005F00760032005F006F00700065006E005F006100700070005F00" +
        "69006E007300740061006E00630065005F00750066006D006F00530077007A005F002E00640061007400000000000000" +
        "380000001000040000001800200000004448325100000000FFFFFFFF00000000000000000000000008DCFFF0E5F41F48" +
        "BA72E0A3C018826F0000000010001000000020001400000045BCA66AEFA7F74A9008FA462E144D7414000000EF28912D" +
        "F99BE3448700855BDC12B30E";
    private const string Reconnect =
        "FE534D4240000100000000000500010010000000000000000600000000000000" +
        "0000000003CF977E2DAFED7D0000000000000000000000000000000000000000" +
        "390000000000000000000000000000000000000000000000000000000000000000000000000000000000000078004200" +
        "C000000028000000640075007200610062006C0065005F006F00700065006E005F00720065006F00700065006E003100" +
        "5F00460054003500700054007700320063002E0064006100740000000000000000000000100004000000180010000000" +
        "44486E4300000000EA5D02BA00000000D09F2F8A00000000";
    private const string DurableV2Response =
        "FE534D4240000100000000000500010011000000000000007E00000000000000" +
        "000000007EA4ABE04085C4310000000000000000000000000000000000000000" +
        "59000900020000007522D5799A79DD017522D5799A79DD017522D5799A79DD017522D5799A79DD010000000000000000" +
        "0000000000000000200000000000000080A9ACFC00000000973794430000000098000000200000000000000010000400" +
        "0000180008000000444832510000000060EA000000000000";
    private const string DurableResponse =
        "FE534D4240000100000000000500010011000000000000007E00000000000000" +
        "00000000098BE614B95160B40000000000000000000000000000000000000000" +
        "5900090002000000C9220A7A9A79DD01C9220A7A9A79DD01C9220A7A9A79DD01C9220A7A9A79DD010000000000000000" +
        "00000000000000002000000000000000B6EC3339000000008DFCDF880000000098000000200000000000000010000400" +
        "000018000800000044486E51000000000000000000000000";
    private const string ExtendedAttributes =
        "FE534D4240000100000000000500010010000000000000000600000000000000" +
        "00000000C2DDBCC3B0F8E1290000000000000000000000000000000000000000" +
        "390000000000000000000000000000000000000000000000000000028000000007000000050000000000000078002000" +
        "980000004800000066006E0075006D005F0074006500730074005F00320038002E007400780074000000000010000400" +
        "00001800300000004578744100000000140000000005060045414F4E450056414C55453100000000000808005345434F" +
        "4E4445410056616C756554776F000000";

    [Fact] // [MS-SMB2] 2.2.13.2
    public void Chain_of_four_reads_and_writes()
    {
        CreateRequest request = MessageTest.RoundTrip<CreateRequest>(
            ManyContexts, isWhole: m => m.CreateContexts.IsValid);

        Assert.True(request.CreateContexts.TryGet(CreateContextName.MxAc, out var data));
        Assert.True(QueryMaximalAccessRequest.TryRead(data, out QueryMaximalAccessRequest access));
        Assert.Null(access.Timestamp);
        Assert.True(request.CreateContexts.TryGet(CreateContextName.AlSi, out data));
        Assert.True(AllocationSize.TryRead(data, out AllocationSize allocation));
        Assert.Equal(0x100000u, allocation.Size);
        Assert.True(request.CreateContexts.TryGet(CreateContextName.DHnQ, out data));
        Assert.True(DurableHandleRequest.TryRead(data, out DurableHandleRequest durable));
        Assert.True(request.CreateContexts.TryGet(CreateContextName.TWrp, out data));
        Assert.True(TimewarpToken.TryRead(data, out TimewarpToken timewarp));
        Assert.Equal(new FileTime(10000), timewarp.Timestamp);
        Assert.False(request.CreateContexts.TryGet(CreateContextName.QFid, out _));

        byte[] rebuilt = new byte[256];
        var writer = new CreateContextListWriter(rebuilt);
        writer.Add(access);
        writer.Add(allocation);
        writer.Add(durable);
        writer.Add(timewarp);
        Assert.True(writer.IsValid);
        byte[] expected = request.Contexts.ToArray();
        expected[10] = 0; // MxAc has no data: smbclient says 24, the specification would have DataOffset 0.
        Assert.Equal(expected, writer.Written.ToArray());
    }

    [Fact] // [MS-SMB2] 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11
    public void Leases_read_and_write()
    {
        LeaseV2 asked = SoleContext<LeaseV2>(RequestContexts(LeaseV2Request));
        Assert.Equal(0x11, asked.Epoch);
        Assert.Equal((LeaseState)7, asked.LeaseState);
        LeaseV2 granted = SoleContext<LeaseV2>(ResponseContexts(LeaseV2Response));
        Assert.Equal(asked with { Epoch = 0x12 }, granted);
        LeaseV1 old = SoleContext<LeaseV1>(ResponseContexts(LeaseV1Response));
        Assert.Equal((LeaseState)7, old.LeaseState);
        Assert.False(LeaseV1.TryRead(new byte[LeaseV2.Size], out _));
        Assert.False(LeaseV2.TryRead(new byte[LeaseV1.Size], out _));
    }

    [Fact] // [MS-SMB2] 2.2.13.2.4, 2.2.14.2.3, 2.2.14.2.12
    public void Durable_handles_read_and_write()
    {
        Assert.Equal(new FileId(0xBA025DEA, 0x8A2F9FD0),
            SoleContext<DurableHandleReconnect>(RequestContexts(Reconnect)).FileId);
        Assert.Equal(new DurableHandleResponseV2(60000, DurableHandleFlags.None),
            SoleContext<DurableHandleResponseV2>(ResponseContexts(DurableV2Response)));
        SoleContext<DurableHandleResponse>(ResponseContexts(DurableResponse));
    }

    [Fact] // [MS-SMB2] 2.2.13.2.11, 2.2.13.2.13
    public void App_instance_id_reads_and_writes()
    {
        CreateContextList contexts = RequestContexts(AppInstance);
        Assert.True(contexts.TryGet(CreateContextName.DH2Q, out var data));
        Assert.True(DurableHandleRequestV2.TryRead(data, out DurableHandleRequestV2 durable));
        Assert.Equal(uint.MaxValue, durable.Timeout);
        Assert.True(contexts.TryGet(CreateContextName.AppInstanceId, out data));
        Assert.True(AppInstanceId.TryRead(data, out AppInstanceId app));
        Assert.Equal(new Guid("2d9128ef-9bf9-44e3-8700-855bdc12b30e"), app.Id);

        var writer = new CreateContextListWriter(new byte[256]);
        writer.Add(durable);
        writer.Add(app);
        Assert.Equal(contexts.Bytes.Span, writer.Written);
    }

    [Fact]
    public void Raw_contexts_read_and_write()
    {
        CreateContextList contexts = RequestContexts(ExtendedAttributes);
        Assert.True(contexts.TryGet(CreateContextName.ExtA, out var data));
        Assert.Equal(48, data.Length);
        var writer = new CreateContextListWriter(new byte[256]);
        writer.Add(CreateContextName.ExtA, data.Span);
        Assert.Equal(contexts.Bytes.Span, writer.Written);
    }

    [Fact]
    public void Other_contexts_read_and_write()
    {
        RoundTrip(new QueryMaximalAccessRequest(new FileTime(5)));
        RoundTrip(new QueryOnDiskIdRequest());
        RoundTrip(new QueryOnDiskIdResponse(1, 2));
        RoundTrip(new DurableHandleReconnectV2(new FileId(1, 2), Guid.NewGuid(), DurableHandleFlags.Persistent));
        RoundTrip(new AppInstanceVersion(3, 4));
        RoundTrip(new LeaseV2(
            Guid.NewGuid(), LeaseState.HandleCaching, LeaseFlags.ParentLeaseKeySet, Guid.NewGuid(), 9));
    }

    [Fact]
    public void Context_data_of_the_wrong_size_is_refused()
    {
        Assert.False(QueryMaximalAccessRequest.TryRead(new byte[7], out _));
        Assert.False(QueryMaximalAccessRequest.TryRead(new byte[9], out _));
        Assert.False(AllocationSize.TryRead(new byte[7], out _));
        Assert.False(DurableHandleRequest.TryRead(new byte[15], out _));
        Assert.False(AppInstanceId.TryRead(new byte[20], out _)); // StructureSize 0
        Assert.False(AppInstanceVersion.TryRead(new byte[24], out _)); // StructureSize 0
    }

    [Theory] // Offsets into the first of two contexts of 24 + 8 bytes.
    [InlineData(0, 0xFFFFFFF8, 4)] // Next far past the end
    [InlineData(0, 8, 4)] // Next into its own header
    [InlineData(0, 31, 4)] // Next unaligned
    [InlineData(0, 64, 4)] // Next at the end
    [InlineData(4, 0, 2)] // NameOffset into the header
    [InlineData(4, 20, 2)] // NameOffset unaligned
    [InlineData(4, 0xFFF8, 2)] // NameOffset past the end
    [InlineData(6, 3, 2)] // NameLength below 4
    [InlineData(6, 0xFFFF, 2)] // NameLength past the end
    [InlineData(10, 25, 2)] // DataOffset unaligned
    [InlineData(10, 16, 2)] // DataOffset into the name
    [InlineData(10, 32, 2)] // DataOffset into the next context
    [InlineData(12, 9, 4)] // DataLength into the next context
    [InlineData(12, 0xFFFFFFFF, 4)] // DataLength past the end
    public void Lying_context_is_refused(int position, uint value, int size)
    {
        byte[] bytes = new byte[64];
        var writer = new CreateContextListWriter(bytes);
        writer.Add(new AllocationSize(1));
        writer.Add(new TimewarpToken(new FileTime(2)));
        Assert.True(new CreateContextList(bytes).IsValid);

        if (size == 4)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(position), value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(position), (ushort)value);
        Assert.False(new CreateContextList(bytes).IsValid);
    }

    [Fact]
    public void Writer_that_is_out_of_room_is_invalid()
    {
        for (int room = 0; room < 64; room++)
        {
            var writer = new CreateContextListWriter(new byte[room]);
            writer.Add(new AllocationSize(1));
            writer.Add(new TimewarpToken(new FileTime(2)));
            Assert.False(writer.IsValid);
        }
    }

    private static CreateContextList RequestContexts(string hex) =>
        MessageTest.RoundTrip<CreateRequest>(hex, isWhole: m => m.CreateContexts.IsValid).CreateContexts;

    private static CreateContextList ResponseContexts(string hex) =>
        MessageTest.RoundTrip<CreateResponse>(hex, isWhole: m => m.CreateContexts.IsValid).CreateContexts;

    private static T SoleContext<T>(CreateContextList contexts)
        where T : struct, ICreateContext<T>
    {
        Assert.True(contexts.TryGet(T.Name, out var data));
        Assert.True(T.TryRead(data, out T context));
        var writer = new CreateContextListWriter(new byte[256]);
        writer.Add(context);
        Assert.Equal(contexts.Bytes.Span, writer.Written);
        for (int length = 0; length < data.Length; length++)
            Assert.False(T.TryRead(data[..length], out _));
        return context;
    }

    private static void RoundTrip<T>(T context)
        where T : struct, ICreateContext<T>
    {
        var writer = new CreateContextListWriter(new byte[256]);
        writer.Add(context);
        CreateContextList list = new(writer.Written.ToArray());
        Assert.True(list.IsValid);
        Assert.True(list.TryGet(T.Name, out var data));
        Assert.True(T.TryRead(data, out T read));
        Assert.Equal(context, read);
    }
}
