using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Signing;
using Symbio.Server.Connections;
using Symbio.Transport;

namespace Symbio.Server.Tests.Connections;

/// <summary>Responses, [MS-SMB2] 3.3.4.1.3: aligned, linked, each signed with its padding.</summary>
public sealed class ResponseFrameTests
{
    private static readonly byte[] Key = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private readonly FramePool _pool = new();

    [Fact]
    public void Nothing_finished_is_no_frame()
    {
        var response = new ResponseFrame(_pool);
        response.Write(new EchoResponse());

        Assert.Null(response.Take());
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Several_responses_are_linked_and_signed()
    {
        using MessageSigner signer = MessageSigner.Create(SigningAlgorithm.AesCmac, Key);
        var response = new ResponseFrame(_pool);
        response.Write(new EchoResponse());
        response.Finish(Header(1), signer);
        Memory<byte> payload = response.ReservePayload(ReadResponse.FixedSize, 5000); // Grows the frame.
        payload.Span.Fill(7);
        response.Commit(new ReadResponse(5, 0, default), ReadResponse.FixedSize, 5);
        response.Finish(Header(2), signer);
        response.Write(new EchoResponse());
        response.Finish(Header(3), null);

        using (Frame frame = response.Take()!)
        {
            byte[] rest = frame.Span.ToArray();
            for (ulong id = 1; id <= 3; id++)
            {
                var reader = new WireReader(rest);
                Assert.True(Smb2Header.TryRead(ref reader, out Smb2Header header));
                Assert.Equal(id, header.MessageId);
                int length = header.NextCommand == 0 ? rest.Length : (int)header.NextCommand;
                Assert.Equal(id < 3, header.NextCommand != 0);
                Assert.Equal(0u, header.NextCommand % 8);
                Assert.Equal(id < 3, signer.Verify(rest.AsSpan(0, length)));
                rest = rest[length..];
            }

            Assert.Empty(rest);
        }

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void A_payload_that_came_to_nothing_leaves_a_well_formed_body()
    {
        var response = new ResponseFrame(_pool);
        response.ReservePayload(ReadResponse.FixedSize, 100);
        response.Commit(new ReadResponse(0, 0, default), ReadResponse.FixedSize, 0);
        response.Finish(Header(1), null);

        using Frame frame = response.Take()!;

        Assert.Equal(Smb2Header.Size + ReadResponse.FixedSize + 1, frame.Length);
        var reader = new WireReader(frame.Memory, Smb2Header.Size);
        Assert.True(ReadResponse.TryRead(ref reader, out ReadResponse body));
        Assert.Equal(0, body.Data.Length);
    }

    [Fact]
    public void A_discarded_body_is_replaced()
    {
        var response = new ResponseFrame(_pool);
        response.ReservePayload(ReadResponse.FixedSize, 100_000);
        response.Commit(new ReadResponse(100_000, 0, default), ReadResponse.FixedSize, 100_000);
        response.DiscardBody();
        Assert.False(response.HasBody);
        response.Write(new ErrorResponse(0, default));
        response.Finish(Header(1), null);

        using Frame frame = response.Take()!;

        Assert.Equal(Smb2Header.Size + 9, frame.Length);
    }

    private static Smb2Header Header(ulong id) => new(
        1, NtStatus.Success, Smb2Command.Echo, 1, Smb2HeaderFlags.ServerToRedir, 0, id, 0, 0, 0);
}
