using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;

namespace Symbio.Server.Tests.Leases;

/// <summary>Oplocks, leases and durable handles in a test's words.</summary>
internal static class LeasePeer
{
    public const LeaseState R = LeaseState.ReadCaching;
    public const LeaseState RH = R | LeaseState.HandleCaching;
    public const LeaseState RW = R | LeaseState.WriteCaching;
    public const LeaseState RWH = RH | LeaseState.WriteCaching;

    /// <summary>MessageId of what answers no request.</summary>
    public const ulong Unsolicited = ulong.MaxValue;

    public delegate void Contexts(ref CreateContextListWriter writer);

    public static Guid Key(int number) => new(number, 0, 0, new byte[8]);

    public static byte[] List(params ReadOnlySpan<Contexts> write)
    {
        byte[] buffer = new byte[1024];
        var writer = new CreateContextListWriter(buffer);
        foreach (Contexts add in write)
            add(ref writer);
        return writer.Written.ToArray();
    }

    public static Contexts LeaseContext(int key, LeaseState state, ushort epoch = 0) => (ref CreateContextListWriter w) =>
        w.Add(new LeaseV2(Key(key), state, LeaseFlags.None, Guid.Empty, epoch));

    /// <summary>With the key of the lease on the directory that holds the file.</summary>
    public static Contexts ChildContext(int key, LeaseState state, int parent) => (ref CreateContextListWriter w) =>
        w.Add(new LeaseV2(Key(key), state, LeaseFlags.ParentLeaseKeySet, Key(parent), 0));

    public static Contexts LeaseContextV1(int key, LeaseState state) => (ref CreateContextListWriter w) =>
        w.Add(new LeaseV1(Key(key), state, LeaseFlags.None));

    public static Contexts Durable(Guid id, uint timeout = 0) => (ref CreateContextListWriter w) =>
        w.Add(new DurableHandleRequestV2(timeout, DurableHandleFlags.None, id));

    public static void DurableV1(ref CreateContextListWriter writer) => writer.Add(default(DurableHandleRequest));

    public static Contexts Reconnect(FileId file, Guid id) => (ref CreateContextListWriter w) =>
        w.Add(new DurableHandleReconnectV2(file, id, DurableHandleFlags.None));

    public static Contexts ReconnectV1(FileId file) => (ref CreateContextListWriter w) =>
        w.Add(new DurableHandleReconnect(file));

    /// <summary>A CREATE that asks for an oplock.</summary>
    public static CreateRequest Create(string name, OplockLevel level, params ReadOnlySpan<Contexts> contexts) =>
        ScriptedPeer.Create(name, contexts: List(contexts)) with { RequestedOplockLevel = level };

    /// <summary>A CREATE that asks for a lease of the second version.</summary>
    public static CreateRequest Create(string name, int key, LeaseState state, params ReadOnlySpan<Contexts> contexts) =>
        Create(name, OplockLevel.Lease, [LeaseContext(key, state), .. contexts]);

    public static async Task<CreateResponse> OpenAsync(this ScriptedPeer peer, CreateRequest request)
    {
        Reply reply = await peer.SendAsync(request);
        Assert.Equal(NtStatus.Success, reply.Status);
        return reply.As<CreateResponse>();
    }

    public static async Task<FileId> OplockAsync(this ScriptedPeer peer, string name, OplockLevel level)
    {
        CreateResponse response = await peer.OpenAsync(Create(name, level));
        Assert.Equal(level, response.OplockLevel);
        return response.FileId;
    }

    public static async Task<FileId> LeaseAsync(this ScriptedPeer peer, string name, int key, LeaseState state)
    {
        CreateResponse response = await peer.OpenAsync(Create(name, key, state));
        Assert.Equal((OplockLevel.Lease, state), (response.OplockLevel, response.Lease().LeaseState));
        return response.FileId;
    }

    public static LeaseV2 Lease(this CreateResponse response)
    {
        Assert.True(new CreateContextList(response.Contexts).TryGet("RqLs"u8, out ReadOnlyMemory<byte> data));
        Assert.True(LeaseV2.TryRead(data, out LeaseV2 lease));
        return lease;
    }

    public static bool Has(this CreateResponse response, string context) =>
        new CreateContextList(response.Contexts).TryGet(System.Text.Encoding.ASCII.GetBytes(context), out _);

    /// <summary>Sends what must be answered STATUS_PENDING; returns its MessageId.</summary>
    public static async Task<ulong> PostWaitingAsync<T>(this ScriptedPeer peer, T request, int payload = 0)
        where T : struct, IRequest<T>
    {
        ulong id = await peer.PostAsync(request, payload);
        await peer.AssertWaitsAsync(id);
        return id;
    }

    public static async Task AssertWaitsAsync(this ScriptedPeer peer, ulong id) =>
        Assert.Equal(NtStatus.Pending, (await peer.WaitAsync(id, acceptInterim: true)).Status);

    public static async Task<OplockBreakNotification> OplockBreakAsync(this ScriptedPeer peer)
    {
        Reply reply = await peer.WaitAsync(Unsolicited);
        AssertNotification(reply);
        return reply.As<OplockBreakNotification>();
    }

    public static async Task<LeaseBreakNotification> LeaseBreakAsync(this ScriptedPeer peer)
    {
        Reply reply = await peer.WaitAsync(Unsolicited);
        AssertNotification(reply);
        return reply.As<LeaseBreakNotification>();
    }

    public static async Task SetEndOfFileAsync(this ScriptedPeer peer, FileId file) => Assert.Equal(
        NtStatus.Success, (await peer.SetInfoAsync(file, new Protocol.Fscc.FileEndOfFileInformation(1))).Status);

    /// <summary>Nothing has come that answers no request: an ECHO overtakes nothing.</summary>
    public static async Task AssertQuietAsync(this ScriptedPeer peer)
    {
        ulong id = await peer.PostAsync(new EchoRequest());
        var seen = new List<ulong>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!seen.Contains(id))
            seen.AddRange((await peer.ReceiveRepliesAsync(timeout.Token))!.Select(r => r.Header.MessageId));
        Assert.DoesNotContain(Unsolicited, seen);
    }

    public static ValueTask<Reply> AcknowledgeAsync(this ScriptedPeer peer, FileId file, OplockLevel level) =>
        peer.SendAsync(new OplockBreakRequest(false, new OplockBreakAcknowledgment(level, file), default));

    public static ValueTask<Reply> AcknowledgeAsync(this ScriptedPeer peer, int key, LeaseState state) =>
        peer.SendAsync(new OplockBreakRequest(true, default, new LeaseBreakAcknowledgment(Key(key), state)));

    /// <summary>The next replies in the order they come, until there are so many.</summary>
    public static async Task<List<Reply>> ReceiveAsync(this ScriptedPeer peer, int count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var replies = new List<Reply>();
        while (replies.Count < count)
            replies.AddRange((await peer.ReceiveRepliesAsync(timeout.Token))!);
        return replies;
    }

    private static void AssertNotification(Reply reply)
    {
        Assert.Equal(
            (Smb2Command.OplockBreak, NtStatus.Success, Smb2HeaderFlags.ServerToRedir, 0ul, 0u, (ushort)0),
            (reply.Header.Command, reply.Status, reply.Header.Flags, reply.Header.SessionId, reply.Header.TreeId,
                reply.Header.Credits));
    }
}
