using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class SessionSetupTests
{
    private const string Request =
        "FE534D4240000100000000000100002010000000000000000100000000000000" +
        "0000000000000000000000000000000000000000000000000000000000000000" +
        "19000001010000000000000058004A000000000000000000604806062B0601050502A03E303CA00E300C060A2B060104" +
        "01823702020AA22A04284E544C4D53535000010000001582086200000000280000000000000028000000060100000000" +
        "000F";
    private const string MoreProcessing =
        "FE534D4240000100160000C00100010011000000000000000100000000000000" +
        "0000000000000000F3B0B84F0000000000000000000000000000000000000000" +
        "0900000048008B00A18188308185A0030A0101A10C060A2B06010401823702020AA270046E4E544C4D53535000020000" +
        "00060006003800000015828A6218F4B093CE8648DE0000000000000000300030003E000000060100000000000F430041" +
        "0050000200060043004100500001000600430041005000040000000300040076006D00070008009888BE699A79DD0100" +
        "000000";
    private const string Response =
        "FE534D4240000100000000000100002019000000000000000200000000000000" +
        "0000000000000000F3B0B84F0000000000000000000000000000000000000000" +
        "0900000048001D00A11B3019A0030A0100A312041001000000D45D6049BA13713D00000000";

    [Fact] // [MS-SMB2] 2.2.5
    public void Request_reads_and_writes()
    {
        SessionSetupRequest request = MessageTest.RoundTrip<SessionSetupRequest>(Request);

        Assert.Equal(SessionSetupFlags.None, request.Flags);
        Assert.Equal(SecurityMode.SigningEnabled, request.SecurityMode);
        Assert.Equal(Capabilities.GlobalCapDfs, request.Capabilities);
        Assert.Equal(74, request.SecurityBuffer.Length);
        Assert.Equal(0UL, request.PreviousSessionId);
    }

    [Fact] // [MS-SMB2] 2.2.6
    public void Responses_read_and_write()
    {
        Assert.Equal(0x8B, MessageTest.RoundTrip<SessionSetupResponse>(MoreProcessing).SecurityBuffer.Length);
        SessionSetupResponse response = MessageTest.RoundTrip<SessionSetupResponse>(Response);
        Assert.Equal(SessionFlags.None, response.SessionFlags);
        Assert.Equal(0xA1, response.SecurityBuffer.Span[0]); // SPNEGO negTokenResp
    }

    [Fact]
    public void Empty_tokens_read_and_write()
    {
        MessageTest.RoundTrip(new SessionSetupRequest(
            SessionSetupFlags.Binding, SecurityMode.SigningRequired, Capabilities.None, 7, ulong.MaxValue, default));
        MessageTest.RoundTrip(new SessionSetupResponse(SessionFlags.EncryptData | SessionFlags.IsGuest, default));
    }

    [Fact]
    public void Tokens_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<SessionSetupRequest>(Request, b => b[64 + 12] = 0x59));
        Assert.False(MessageTest.IsAccepted<SessionSetupRequest>(Request, b => b[64 + 15] = 0xFF));
        Assert.False(MessageTest.IsAccepted<SessionSetupResponse>(Response, b => b[64 + 4]++));
    }
}
