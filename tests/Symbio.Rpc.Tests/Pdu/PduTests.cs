using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Tests.Pdu;

/// <summary>Hex, value, the same hex; and no truncation throws.</summary>
public sealed class PduTests
{
    // A client's bind to srvsvc 3.0 with NDR 2.0.
    private const string BindHex =
        "05000b03 10000000 48000000 01000000 b810b810 00000000 01000000 00000100" +
        "c84f324b7016d30112785a47bf6ee188 03000000 045d888aeb1cc9119fe808002b104860 02000000";

    private const string BindAckHex =
        "05000c03 10000000 44000000 01000000 b810b810 01000000 0d00 5c504950455c73727673766300 00" +
        "01000000 00000000 045d888aeb1cc9119fe808002b104860 02000000";

    private const string RequestHex =
        "05000003 10000000 20000000 02000000 08000000 0000 1500 00000000 65000000";

    private const string ResponseHex = "05000203 10000000 1c000000 02000000 04000000 0000 00 00 7c000000";

    private const string FaultHex = "05000323 10000000 20000000 02000000 20000000 0000 00 00 0200011c 00000000";

    private const string BindNakHex = "05000d03 10000000 18000000 02000000 0800 01 0500 000000";

    // rpc_auth_3 with NTLM (10) at level CONNECT (2), token 4e544c4d.
    private const string Auth3Hex = "05001003 10000000 20000400 02000000 00000000 0a020000 00000000 4e544c4d";

    public static TheoryData<string> All =>
        [BindHex, BindAckHex, RequestHex, ResponseHex, FaultHex, BindNakHex, Auth3Hex];

    [Fact]
    public void Bind_is_read_and_written()
    {
        var bind = Read<Bind>(BindHex, PduType.Bind);
        var context = Assert.Single(bind.Contexts);
        Assert.Equal(4280, bind.MaxXmitFrag);
        Assert.Equal(SrvsvcInterface.Syntax, context.AbstractSyntax);
        Assert.Equal(SyntaxId.Ndr, Assert.Single(context.TransferSyntaxes));
        AssertWrites(BindHex, PduType.Bind, 1, bind);
    }

    [Fact]
    public void Bind_ack_is_read_and_written()
    {
        var ack = Read<BindAck>(BindAckHex, PduType.BindAck);
        Assert.Equal(@"\PIPE\srvsvc", ack.SecondaryAddress);
        Assert.Equal(PresentationResult.Accept, Assert.Single(ack.Results));
        AssertWrites(BindAckHex, PduType.BindAck, 1, ack);
    }

    [Fact]
    public void Request_and_response_are_read_and_written()
    {
        var request = Read<Request>(RequestHex, PduType.Request);
        Assert.Equal((21, 0, 8), (request.Opnum, request.ContextId, request.Stub.Length));
        AssertWrites(RequestHex, PduType.Request, 2, request);

        var response = Read<Response>(ResponseHex, PduType.Response);
        Assert.Equal("7c000000", Hex.Of(response.Stub));
        AssertWrites(ResponseHex, PduType.Response, 2, response);
    }

    [Fact]
    public void Request_with_an_object_is_read_and_written()
    {
        var uuid = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        byte[] pdu = PduCodec.Write(
            PduType.Request, PduFlags.ObjectUuid, 3, new Request(4, 1, 2, uuid, new byte[] { 1, 2, 3, 4 }));
        Assert.True(PduCodec.TryRead(pdu, out _, out Request request, out _));
        Assert.Equal(uuid, request.Object);
        Assert.Equal("01020304", Hex.Of(request.Stub));
    }

    [Fact]
    public void Fault_and_bind_nak_are_read_and_written()
    {
        var fault = Read<Fault>(FaultHex, PduType.Fault);
        Assert.Equal(FaultStatus.OperationRangeError, fault.Status);
        AssertWrites(FaultHex, PduType.Fault, 2, fault, PduFlags.DidNotExecute);

        var nak = Read<BindNak>(BindNakHex, PduType.BindNak);
        Assert.Equal(BindNakReason.AuthenticationTypeNotRecognized, nak.Reason);
        AssertWrites(BindNakHex, PduType.BindNak, 2, nak);
    }

    [Fact]
    public void Auth3_carries_a_verifier()
    {
        Assert.True(PduCodec.TryRead(Hex.Bytes(Auth3Hex), out _, out Auth3 body, out var verifier));
        Assert.Equal((AuthType.Ntlm, AuthLevel.Connect), (verifier!.Value.Type, verifier.Value.Level));
        Assert.Equal("4e544c4d", Hex.Of(verifier.Value.Token));
        AssertWrites(Auth3Hex, PduType.Auth3, 2, body, verifier: verifier);
    }

    [Fact]
    public void Big_endian_pdus_are_read()
    {
        const string hex = "05000003 00000000 0018 0000 00000007 00000000 0002 0015";
        Assert.True(PduCodec.TryRead(Hex.Bytes(hex), out var header, out Request request, out _));
        Assert.Equal((true, 7u, 2, 21), (header.BigEndian, header.CallId, request.ContextId, request.Opnum));
    }

    [Theory]
    [InlineData("04000b03 10000000 18000000 01000000")] // rpc_vers 4
    [InlineData("05020b03 10000000 18000000 01000000")] // rpc_vers_minor 2
    [InlineData("05000b03 11000000 18000000 01000000")] // EBCDIC
    [InlineData("05000b03 10010000 18000000 01000000")] // VAX floats
    [InlineData("05000b03 10000000 0f000000 01000000")] // shorter than its header
    public void Foreign_headers_are_refused(string hex) => Assert.False(PduHeader.TryRead(Hex.Bytes(hex), out _));

    [Theory]
    [MemberData(nameof(All))]
    public void Every_truncation_is_refused_or_read_but_never_throws(string hex)
    {
        byte[] whole = Hex.Bytes(hex);
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] pdu = whole[..length];
            if (length >= 10)
                pdu[8] = (byte)length; // frag_length agrees, so that the body is looked at.
            ReadAll(pdu);
        }
    }

    [Fact]
    public void Lying_counts_allocate_nothing()
    {
        byte[] pdu = Hex.Bytes(BindHex);
        pdu[24] = 0xFF; // n_context_elem
        Assert.False(PduCodec.TryRead(pdu, out _, out Bind bind, out _));
        Assert.Empty(bind.Contexts);
    }

    private static void ReadAll(byte[] pdu)
    {
        PduCodec.TryRead<Bind>(pdu, out _, out _, out _);
        PduCodec.TryRead<BindAck>(pdu, out _, out _, out _);
        PduCodec.TryRead<BindNak>(pdu, out _, out _, out _);
        PduCodec.TryRead<Request>(pdu, out _, out _, out _);
        PduCodec.TryRead<Response>(pdu, out _, out _, out _);
        PduCodec.TryRead<Fault>(pdu, out _, out _, out _);
        PduCodec.TryRead<Auth3>(pdu, out _, out _, out _);
        PduCodec.TryRead<EmptyBody>(pdu, out _, out _, out _);
    }

    private static T Read<T>(string hex, PduType type) where T : struct, IPduBody<T>
    {
        Assert.True(PduCodec.TryRead(Hex.Bytes(hex), out var header, out T body, out var verifier));
        Assert.Equal(type, header.Type);
        Assert.Null(verifier);
        return body;
    }

    private static void AssertWrites<T>(
        string hex, PduType type, uint callId, T body, PduFlags flags = PduFlags.None, AuthVerifier? verifier = null)
        where T : struct, IPduBody<T> =>
        Assert.Equal(
            Hex.Of(Hex.Bytes(hex)),
            Hex.Of(PduCodec.Write(type, flags | PduFlags.FirstFrag | PduFlags.LastFrag, callId, body, verifier)));
}
