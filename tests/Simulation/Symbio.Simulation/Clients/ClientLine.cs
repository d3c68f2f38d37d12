using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;
using Symbio.Server.Connections;

namespace Symbio.Simulation.Clients;

/// <summary>A request that has not been answered yet.</summary>
internal sealed class Call(ulong messageId, Smb2Command command, long sent, ClientSession? session, Action<Reply?> onReply)
{
    public ulong MessageId => messageId;

    public Smb2Command Command => command;

    public long Sent => sent;

    public ClientSession? Session => session;

    /// <summary>Gets the final response; null when the line has ended and there will be none.</summary>
    public Action<Reply?> OnReply => onReply;

    /// <summary>Of its interim response; 0 before.</summary>
    public ulong AsyncId { get; set; }

    public bool IsCancelled { get; set; }

    public bool IsEncrypted { get; init; }

    /// <summary>It waits for somebody else's doing: a lock, a change, a break.</summary>
    public bool MayWait { get; init; }
}

/// <summary>A response as it came.</summary>
internal readonly record struct Reply(Smb2Header Header, ReadOnlyMemory<byte> Message, byte[] Frame)
{
    public NtStatus Status => Header.Status;

    public T As<T>()
        where T : struct, IMessage<T>
    {
        var reader = new WireReader(Message, Smb2Header.Size);
        return T.TryRead(ref reader, out T message)
            ? message
            : throw new Model.InvariantViolation("wire", $"the {Header.Command} response ({Header.Status}) is malformed");
    }
}

/// <summary>A client's end of a connection: message ids, credits, what is under way.</summary>
internal sealed class ClientLine(World world, Client client, Line line, Connection connection)
{
    private readonly Dictionary<ulong, Call> _calls = [];

    public Client Client => client;

    public Line Line => line;

    /// <summary>The server's end.</summary>
    internal Connection Connection => connection;

    public Dialect Dialect { get; set; }

    /// <summary>Sessions can be begun on it.</summary>
    public bool HasNegotiated { get; set; }

    public SigningAlgorithm SigningAlgorithm { get; set; }

    public PreauthIntegrityHash Preauth;

    public int Credits { get; private set; } = 1;

    public ulong NextMessageId { get; private set; }

    /// <summary>It can be used: neither end has closed it as far as the client knows.</summary>
    public bool IsOpen { get; private set; } = true;

    public List<ClientSession> Sessions { get; } = [];

    /// <summary>Sessions that the client has begun to bind to it: the server may think so, whatever the client thinks.</summary>
    public List<ClientSession> Binding { get; } = [];

    public IReadOnlyCollection<Call> Calls => _calls.Values;

    /// <summary>Requests that the server has not reacted to in any way.</summary>
    public int Unanswered => _calls.Values.Count(c => c.AsyncId == 0);

    /// <summary>Sends a request in a frame of its own.</summary>
    public Call? Send<T>(
        T request, ClientSession? session, uint treeId, Action<Reply?> onReply, bool mayWait = false,
        Smb2HeaderFlags flags = Smb2HeaderFlags.None, MessageSigner? signer = null, Action<byte[]>? onBuilt = null)
        where T : struct, IRequest<T>
    {
        byte[]? message = Build(request, session, treeId, onReply, mayWait, flags, out Call? call);
        if (message is null)
            return null;
        if (!call!.IsEncrypted)
            (signer ?? (Signs(session) ? session!.SignerOver(this) : null))?.Sign(message);
        onBuilt?.Invoke(message);
        line.SendToServer(call.IsEncrypted ? session!.Encryption!.Encrypt(message, session.SessionId) : message);
        return call;
    }

    /// <summary>Builds a message for a compound; null when the client has no credit left.</summary>
    public byte[]? Build<T>(
        T request, ClientSession? session, uint treeId, Action<Reply?> onReply, bool mayWait, Smb2HeaderFlags flags,
        out Call? call)
        where T : struct, IRequest<T>
    {
        call = null;
        if (!IsOpen || Credits < 1)
            return null;
        ushort charge = Dialect >= Dialect.Smb210 ? (ushort)1 : (ushort)0;
        uint sequence = Dialect >= Dialect.Smb300 ? session?.ChannelSequence ?? 0u : 0;
        ulong id = NextMessageId++;
        Credits--;
        var header = new Smb2Header(
            charge, (NtStatus)sequence, T.Command, (ushort)world.Chance.Of(0, 1, 2, 8), flags, 0, id, 0, treeId,
            session?.SessionId ?? 0);
        call = new Call(id, T.Command, world.Now, session, onReply)
        {
            MayWait = mayWait,
            IsEncrypted = Encrypts(session, T.Command),
        };
        _calls.Add(id, call);
        byte[] bytes = new byte[Smb2Header.Size + request.Length];
        var writer = new WireWriter(bytes);
        header.Write(ref writer);
        request.Write(ref writer);
        if (world.Trace.IsKept)
            world.Trace.Say($"  {this} sends {Trace.Short(request.ToString()!)} as {id}");
        return bytes;
    }

    /// <summary>Sends messages in one frame, each related to the one before.</summary>
    public void SendCompound(ClientSession session, params ReadOnlySpan<byte[]> messages)
    {
        byte[] frame = new byte[messages[..^1].ToArray().Sum(m => (m.Length + 7) & ~7) + messages[^1].Length];
        int position = 0;
        for (int i = 0; i < messages.Length; i++)
        {
            bool last = i == messages.Length - 1;
            int padded = last ? messages[i].Length : (messages[i].Length + 7) & ~7;
            Span<byte> slot = frame.AsSpan(position, padded);
            messages[i].CopyTo(slot);
            BitConverter.TryWriteBytes(slot[20..], last ? 0 : (uint)padded);
            if (i > 0)
                slot[16] |= (byte)Smb2HeaderFlags.RelatedOperations;
            if (Signs(session) && !session.Encrypts)
                session.SignerOver(this)?.Sign(slot);
            position += padded;
        }

        line.SendToServer(session.Encrypts ? session.Encryption!.Encrypt(frame, session.SessionId) : frame);
    }

    /// <summary>Asks to cancel a request.</summary>
    public void Cancel(Call call)
    {
        call.IsCancelled = true;
        var header = new Smb2Header(
            0, NtStatus.Success, Smb2Command.Cancel, 0, call.AsyncId == 0 ? Smb2HeaderFlags.None : Smb2HeaderFlags.AsyncCommand,
            0, call.AsyncId == 0 ? call.MessageId : 0, call.AsyncId, 0, call.Session?.SessionId ?? 0);
        byte[] bytes = new byte[Smb2Header.Size + ((IRequest<CancelRequest>)new CancelRequest()).Length];
        var writer = new WireWriter(bytes);
        header.Write(ref writer);
        new CancelRequest().Write(ref writer);
        bool encrypts = Encrypts(call.Session, Smb2Command.Cancel);
        if (Signs(call.Session) && !encrypts)
            call.Session!.SignerOver(this)?.Sign(bytes);
        world.Trace.Say($"  {this} cancels {call.Command} {call.MessageId}");
        line.SendToServer(encrypts ? call.Session!.Encryption!.Encrypt(bytes, call.Session.SessionId) : bytes);
    }

    /// <summary>Takes what has come, or the end of the line.</summary>
    public void Receive()
    {
        byte[]? frame = line.TakeForClient();
        if (frame is null)
        {
            world.Trace.Say($"  {this} is closed by the server");
            End();
            return;
        }

        bool encrypted = MessageDecryptor.TryReadSessionId(frame, out ulong sessionId);
        if (encrypted)
            frame = EncryptionOf(sessionId).Decrypt(frame, this);
        ReadOnlyMemory<byte> rest = frame;
        while (!rest.IsEmpty)
        {
            var reader = new WireReader(rest);
            if (!Smb2Header.TryRead(ref reader, out Smb2Header header))
                throw new Model.InvariantViolation("wire", "a response has a malformed header");
            ReadOnlyMemory<byte> message = header.NextCommand == 0 ? rest : rest[..(int)header.NextCommand];
            rest = rest[message.Length..];
            Receive(new Reply(header, message, frame), encrypted);
        }
    }

    /// <summary>The line has ended for the client: nothing more is sent or answered.</summary>
    public void End()
    {
        if (!IsOpen)
            return;
        IsOpen = false;
        Call[] calls = [.. _calls.Values];
        _calls.Clear();
        client.OnLineEnded(this);
        foreach (Call call in calls)
            call.OnReply(null);
    }

    /// <summary>The client closes the line, in one of the ways that there are.</summary>
    public void End(World world)
    {
        if (world.Chance.Percent(60))
            line.CloseByClient();
        else
            line.Reset();
        End();
    }

    public override string ToString() => $"client {client.Index} line {line.Id}";

    private static string Details(Reply reply)
    {
        if (reply.Header.Command != Smb2Command.Create || reply.Status != NtStatus.Success)
            return "";
        var response = reply.As<CreateResponse>();
        string lease = response.CreateContexts.TryGet(CreateContextName.RqLs, out ReadOnlyMemory<byte> data)
            ? LeaseV2.TryRead(data, out LeaseV2 v2) ? $" {v2.LeaseState} epoch {v2.Epoch} {v2.Flags}" : " lease of the first version"
            : "";
        return $" {response.FileId.Persistent:x} {response.CreateAction} {response.OplockLevel}{lease}";
    }

    private bool Signs(ClientSession? session) => session is not null && (client.Signs || session.MustSign);

    private static bool Encrypts(ClientSession? session, Smb2Command command) =>
        session is { Encrypts: true } && command != Smb2Command.SessionSetup;

    private SessionEncryption EncryptionOf(ulong sessionId) =>
        Sessions.Concat(Binding).FirstOrDefault(s => s.SessionId == sessionId)?.Encryption
        ?? throw new Model.InvariantViolation("encryption", $"{this} got something for session {sessionId:x}, which is not its own");

    private void Receive(Reply reply, bool encrypted)
    {
        Smb2Header header = reply.Header;
        Credits += header.Credits;
        if (header.MessageId == ulong.MaxValue)
        {
            if (!encrypted && Sessions.TrueForAll(s => s.Encrypts))
                throw new Model.InvariantViolation("encryption", $"{this} was told of a break in the clear");
            client.OnBreak(this, reply);
            return;
        }

        if (!_calls.TryGetValue(header.MessageId, out Call? call))
            throw new Model.InvariantViolation("answers", $"{this} got an answer to {header.MessageId}, which it did not ask, or twice");
        if (call.Command != header.Command)
            throw new Model.InvariantViolation("answers", $"{this} got {header.Command} as the answer to {call.Command}");
        if (call.IsEncrypted && !encrypted)
            throw new Model.InvariantViolation("encryption", $"{this} got the answer to {header.Command} {header.MessageId} in the clear");
        if (call.Session is { SessionId: not 0 } session && header.SessionId != session.SessionId)
        {
            throw new Model.InvariantViolation(
                "answers", $"{this} got the answer to {header.Command} {header.MessageId} in session {header.SessionId:x} in place of {session.SessionId:x}");
        }

        if (world.Trace.IsKept)
            world.Trace.Say($"  {this} gets {header.Command} {header.MessageId} {header.Status}{Details(reply)}");
        if (header.Status == NtStatus.Pending)
        {
            if (call.AsyncId != 0)
                throw new Model.InvariantViolation("answers", $"{this} was told twice that {header.MessageId} is pending");
            call.AsyncId = header.AsyncId;
            return;
        }

        _calls.Remove(header.MessageId);
        call.OnReply(reply);
    }
}
