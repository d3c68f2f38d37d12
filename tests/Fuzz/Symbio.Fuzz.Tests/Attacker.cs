using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>How requests of an attack are protected.</summary>
public enum Protection
{
    Signed,
    Encrypted,
}

/// <summary>What the server made of an attack's frames.</summary>
internal sealed class Outcomes
{
    private readonly ConcurrentDictionary<NtStatus, long> _statuses = new();
    private long _frames;
    private long _dropped;
    private long _silent;

    public long Frames => _frames;

    public void CountFrame(bool dropped, bool answered)
    {
        Interlocked.Increment(ref _frames);
        if (dropped)
            Interlocked.Increment(ref _dropped);
        else if (!answered)
            Interlocked.Increment(ref _silent);
    }

    public void Count(NtStatus status) => _statuses.AddOrUpdate(status, 1, static (_, n) => n + 1);

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_frames} frames; {_dropped} dropped connections, {_silent} without an answer; ");
        text.AppendJoin(", ", _statuses.OrderByDescending(s => s.Value).Select(s => $"{s.Key} {s.Value}"));
        return text.ToString();
    }
}

/// <summary>
/// Sends spoilt frames and judges the answers: each a known status in a well-formed, validly signed response, or the end
/// of the connection, within a time that only a hang exceeds. Replaces its peer when an attack has used it up.
/// </summary>
internal sealed class Attacker(FuzzServer server, Protection protection, Outcomes outcomes) : IAsyncDisposable
{
    // Only a hang takes as long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Attacks leave traces on a session (opens, locks, gaps in the window); after so many a new one starts afresh.
    private const int AttacksPerPeer = 64;

    private Target? _target;
    private int _attacks;

    public async ValueTask<Target> TargetAsync()
    {
        if (_target is not null && _attacks++ < AttacksPerPeer)
            return _target;
        await DropAsync();
        _attacks = 0;
        var options = new PeerOptions
        {
            Encrypt = protection == Protection.Encrypted,
            Compression = [CompressionAlgorithm.Lz77, CompressionAlgorithm.PatternV1],
        };
        ScriptedPeer peer = await server.LogOnAsync(Dialect.Smb311, options);
        for (bool again = true; ; again = false)
        {
            Reply folder = await peer.CreateAsync("folder", options: CreateOptions.DirectoryFile);
            Reply file = await peer.CreateAsync(@"folder\a.txt", options: CreateOptions.NonDirectoryFile);
            if (folder.Status == NtStatus.Success && file.Status == NtStatus.Success)
            {
                (FileId pipe, uint ipcTree) = await PipeSamples.OpenAsync(peer);
                return _target = new Target(
                    peer, file.As<CreateResponse>().FileId, folder.As<CreateResponse>().FileId, pipe, ipcTree);
            }

            // An attack has renamed them, or taken our rights to them away.
            Assert.True(again, $"a fresh share says {folder.Status} and {file.Status}");
            await server.RenewShareAsync();
            await peer.TreeConnectAsync(TestServer.Share);
        }
    }

    /// <summary>Sends a frame of one or more messages; <paramref name="sign"/>: with signatures that are right.</summary>
    /// <param name="spoil">Changes the encrypted frame.</param>
    /// <param name="what">How to tell this attack from others when it finds something.</param>
    public async ValueTask AttackAsync(byte[] frame, bool sign, string what, Func<byte[], byte[]>? spoil = null)
    {
        ScriptedPeer peer = _target!.Peer;
        if (sign && protection == Protection.Signed)
            SignAll(peer, frame);
        string hex = "";
        try
        {
            hex = Convert.ToHexString(frame, 0, Math.Min(frame.Length, 2048));
            if (protection == Protection.Encrypted && frame.Length > 0)
                frame = peer.Encrypt(frame);
            if (spoil is not null)
                frame = spoil(frame);
            bool alive = await ExchangeAsync(peer, frame);
            if (!alive)
                await DropAsync();
            if (server.TakeErrors($"{what}: {hex}"))
                await DropAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message} The frame: {hex}", e);
        }
    }

    public ValueTask DisposeAsync() => DropAsync();

    private async ValueTask DropAsync()
    {
        if (_target is not null)
            await _target.Peer.DisposeAsync();
        _target = null;
    }

    private static void SignAll(ScriptedPeer peer, byte[] frame)
    {
        int start = 0;
        while (frame.Length - start >= Smb2Header.Size)
        {
            uint next = BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(start + 20));
            int length = next >= Smb2Header.Size && next <= frame.Length - start ? (int)next : frame.Length - start;
            peer.Sign(frame.AsSpan(start, length));
            if (next == 0 || length == frame.Length - start)
                return;
            start += length;
        }
    }

    // The frame, and behind it an ECHO whose answer tells that the server is done with the frame. False: the peer is used up.
    private async ValueTask<bool> ExchangeAsync(ScriptedPeer peer, byte[] frame)
    {
        ulong probe = peer.NextMessageId;
        byte[] echo = peer.Build(new EchoRequest(), signs: false);
        try
        {
            await peer.SendFrameAsync(frame);
            await peer.SendFrameAsync(echo);
        }
        catch (IOException)
        {
            // Dropped already.
        }

        using var timeout = new CancellationTokenSource(Patience);
        bool answered = false, usedUp = false;
        while (await peer.ReceiveRepliesAsync(timeout.Token) is { } replies)
        {
            foreach (Reply reply in replies)
            {
                Judge(peer, reply);
                if (reply.Header.MessageId == probe && reply.Header.Command == Smb2Command.Echo)
                {
                    outcomes.CountFrame(dropped: false, answered);
                    return !usedUp;
                }

                outcomes.Count(reply.Status);
                answered = true;
                usedUp |= UsesUp(reply);
            }
        }

        outcomes.CountFrame(dropped: true, answered);
        return false;
    }

    /// <summary>Is this an answer that a server may give?</summary>
    public static void Judge(ScriptedPeer peer, Reply reply)
    {
        Assert.True(Enum.IsDefined(reply.Status), $"an unknown status {(uint)reply.Status:X8}");
        Assert.True(reply.Header.IsResponse, "a response that is none");

        // What is said of a session that is gone has no key to be signed with, and only claims to be.
        if (peer.HasKeys && (reply.Header.Flags & Smb2HeaderFlags.Signed) != 0
            && reply.Header.SessionId == peer.SessionId && reply.Status != NtStatus.UserSessionDeleted)
        {
            Assert.True(reply.SignatureValid, $"an invalid signature on a {reply.Header.Command} response");
        }

        bool isError = reply.Status.IsError && reply.Status != NtStatus.MoreProcessingRequired;
        ushort size = BinaryPrimitives.ReadUInt16LittleEndian(reply.Message.Span[Smb2Header.Size..]);
        if (isError && size == ErrorResponse.StructureSize)
        {
            uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(reply.Message.Span[(Smb2Header.Size + 4)..]);
            Assert.True(bytes <= reply.Message.Length - Smb2Header.Size - 8, "an error response longer than its message");
        }
    }

    private static bool UsesUp(Reply reply) => reply.Header.Command switch
    {
        Smb2Command.SessionSetup => true,
        Smb2Command.Logoff or Smb2Command.TreeDisconnect or Smb2Command.Close => reply.Status == NtStatus.Success,
        _ => false,
    };
}
