using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class CreateTests
{
    private const string Request =
        "FE534D4240000100000000000500010010000000000000000500000000000000" +
        "000000008DCE556C2CD1B8E70000000000000000000000000000000000000000" +
        "390000FF0200000000000000000000000000000000000000FF011F008000000007000000030000006400200078001E00" +
        "98000000380000006C0065006100730065005F0062007200650061006B002E0064006100740000000000000010000400" +
        "000018002000000052714C73000000000DF0DDE0FE0FDCBAF20F221F01F0234501000000000000000000000000000000";
    private const string Response =
        "FE534D4240000100000000000500010011000000000000000700000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "59000000020000007669C0699A79DD017669C0699A79DD017669C0699A79DD017669C0699A79DD010000000000000000" +
        "0000000000000000100000000000000068D3D9CF000000008F969C69000000000000000000000000";
    private const string ResponseWithContext =
        "FE534D4240000100000000000500010011000000000000000B00000000000000" +
        "0000000009082D9EF8876A2E0000000000000000000000000000000000000000" +
        "59000000030000008F9E3C7A9A79DD018F9E3C7A9A79DD01C9103D7A9A79DD01C9103D7A9A79DD010000100000000000" +
        "00000000000000002000000000000000CE89F348000000004836A22D0000000098000000200000000000000010000400" +
        "00001800080000004D7841630000000000000000FF011F00";

    [Fact] // [MS-SMB2] 2.2.13
    public void Request_reads_and_writes()
    {
        CreateRequest request = MessageTest.RoundTrip<CreateRequest>(Request, isWhole: m => m.CreateContexts.IsValid);

        Assert.Equal(OplockLevel.Lease, request.RequestedOplockLevel);
        Assert.Equal(ImpersonationLevel.Impersonation, request.ImpersonationLevel);
        Assert.Equal(AccessMask.FileAll, request.DesiredAccess);
        Assert.Equal(FileAttributes.Normal, request.FileAttributes);
        Assert.Equal(ShareAccess.All, request.ShareAccess);
        Assert.Equal(CreateDisposition.OpenIf, request.CreateDisposition);
        Assert.Equal(CreateRequest.BufferOffset, request.NameOffset);
        Assert.Equal("lease_break.dat", WireReader.ToUtf16(request.NameBytes.Span));
    }

    [Fact] // [MS-SMB2] 2.2.14
    public void Responses_read_and_write()
    {
        CreateResponse response = MessageTest.RoundTrip<CreateResponse>(Response);
        Assert.Equal(CreateAction.Created, response.CreateAction);
        Assert.Equal(FileAttributes.Directory, response.FileAttributes);
        Assert.True(response.Contexts.IsEmpty);

        response = MessageTest.RoundTrip<CreateResponse>(ResponseWithContext, isWhole: m => m.CreateContexts.IsValid);
        Assert.Equal(CreateAction.Overwritten, response.CreateAction);
        Assert.True(response.CreateContexts.TryGet(CreateContextName.MxAc, out var data));
        Assert.True(QueryMaximalAccessResponse.TryRead(data, out QueryMaximalAccessResponse access));
        Assert.Equal(new QueryMaximalAccessResponse(NtStatus.Success, AccessMask.FileAll), access);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(8, 0)]
    [InlineData(0, 24)]
    [InlineData(6, 24)]
    public void Names_and_contexts_read_and_write(int name, int contexts)
    {
        CreateRequest read = MessageTest.RoundTrip(new CreateRequest(
            1, OplockLevel.Batch, ImpersonationLevel.Delegate, 2, AccessMask.MaximumAllowed, FileAttributes.Hidden,
            ShareAccess.Delete, CreateDisposition.OverwriteIf, CreateOptions.DeleteOnClose, CreateRequest.BufferOffset,
            new byte[name], new byte[contexts]));
        Assert.Equal((name & 1) == 0, read.IsNameLengthEven);
    }

    [Fact]
    public void Odd_name_length_and_name_offset_are_left_to_the_server()
    {
        byte[] bytes = Convert.FromHexString(Request);
        bytes[64 + 46]--; // NameLength
        bytes[64 + 44]++; // NameOffset
        Assert.True(MessageTest.TryRead(bytes, out _, out CreateRequest request));
        Assert.False(request.IsNameLengthEven);
        Assert.Equal(0x79, request.NameOffset);
    }

    [Fact]
    public void Buffers_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<CreateRequest>(Request, b => b[64 + 45] = 1)); // NameOffset
        Assert.False(MessageTest.IsAccepted<CreateRequest>(Request, b => b[64 + 47] = 1)); // NameLength
        Assert.False(MessageTest.IsAccepted<CreateRequest>(Request, b => b[64 + 48]++)); // CreateContextsOffset
        Assert.False(MessageTest.IsAccepted<CreateRequest>(Request, b => b[64 + 51] = 0xFF));
        Assert.False(MessageTest.IsAccepted<CreateRequest>(Request, b => b[64 + 52]++)); // CreateContextsLength
        Assert.False(MessageTest.IsAccepted<CreateRequest>(Request, b => b[64 + 55] = 0xFF));
    }
}
