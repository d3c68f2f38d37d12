using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Share modes over the wire, [MS-FSA] 2.1.5.1.2.2; the whole matrix is in LocalCoordinatorTests.</summary>
public sealed class ShareModeTests
{
    [Fact]
    public async Task Every_pair_of_read_write_delete_and_share_modes()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectAuthenticatedAsync();
        AccessMask[] accesses = [AccessMask.ReadData, AccessMask.WriteData, AccessMask.Delete, AccessMask.ReadAttributes];
        int[] needs = [1, 2, 4, 0];
        for (int a = 0; a < accesses.Length; a++)
        {
            for (int shareA = 0; shareA < 8; shareA++)
            {
                FileId held = await first.OpenAsync("a.txt", accesses[a], share: (ShareAccess)shareA);
                for (int b = 0; b < accesses.Length; b++)
                {
                    for (int shareB = 0; shareB < 8; shareB++)
                    {
                        Reply reply = await second.CreateAsync("a.txt", accesses[b], share: (ShareAccess)shareB);
                        bool allowed = needs[a] == 0 || needs[b] == 0
                            || ((needs[a] & ~shareB) == 0 && (needs[b] & ~shareA) == 0);
                        Assert.Equal(allowed ? NtStatus.Success : NtStatus.SharingViolation, reply.Status);
                        if (allowed)
                            await second.CloseAsync(reply.As<CreateResponse>().FileId);
                    }
                }

                await first.CloseAsync(held);
            }
        }

        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Share_bits_that_do_not_exist_are_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.InvalidParameter, (await peer.CreateAsync("a.txt", share: (ShareAccess)8)).Status);
    }

    [Fact]
    public async Task Streams_of_a_file_are_shared_each_for_itself()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a.txt", AccessMask.ReadData, share: ShareAccess.None);

        await peer.OpenAsync("a.txt:s", AccessMask.ReadData, share: ShareAccess.None);
        await peer.OpenAsync("a.txt:t", AccessMask.ReadData, share: ShareAccess.None);
        Assert.Equal(NtStatus.SharingViolation, (await peer.CreateAsync("a.txt:s", AccessMask.ReadData)).Status);
    }

    [Fact]
    public async Task A_file_is_not_opened_for_deletion_while_a_stream_denies_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a.txt:s", AccessMask.ReadData, share: ShareAccess.Read);

        Assert.Equal(NtStatus.SharingViolation, (await peer.CreateAsync("a.txt", AccessMask.Delete)).Status);
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a.txt", AccessMask.WriteData)).Status);
    }
}
