using System.Threading.Tasks.Sources;
using Symbio.Client.Sessions;
using Symbio.Protocol.Smb2;

namespace Symbio.Client.Connections;

/// <summary>
/// A request that is being sent or waits for its response: Request of [MS-SMB2] 3.2.1.7. Kept by the
/// <see cref="RequestWindow"/> for the next one when the response has been taken.
/// </summary>
internal sealed class PendingRequest : IValueTaskSource<Reply>
{
    private readonly RequestWindow _window;
    private ManualResetValueTaskSourceCore<Reply> _core;

    public PendingRequest(RequestWindow window, bool inlineContinuations)
    {
        _window = window;
        _core.RunContinuationsAsynchronously = !inlineContinuations;
    }

    public Smb2Command Command { get; set; }

    public ulong MessageId { get; set; }

    /// <summary>Set by an interim response, which means that the final one may take any time.</summary>
    public ulong AsyncId { get; set; }

    public bool IsAsync { get; set; }

    /// <summary>Credits that the request costs, at least 1.</summary>
    public int Charge { get; set; }

    /// <summary>Credits that it asks for.</summary>
    public ushort CreditRequest { get; set; }

    /// <summary>Whose request it is; null before a logon.</summary>
    public SmbChannel? Channel { get; set; }

    /// <summary>The response must be signed as well.</summary>
    public bool Signed { get; set; }

    /// <summary>The response must be encrypted as well.</summary>
    public bool Encrypted { get; set; }

    /// <summary>The request after this one in a compound.</summary>
    public PendingRequest? Next { get; set; }

    /// <summary>The response; to be awaited once.</summary>
    public ValueTask<Reply> ReplyAsync() => new(this, _core.Version);

    public void Complete(in Reply reply) => _core.SetResult(reply);

    public void Fail(Exception failure) => _core.SetException(failure);

    Reply IValueTaskSource<Reply>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Channel = null;
            Next = null;
            IsAsync = false;
            AsyncId = 0;
            _window.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Reply>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Reply>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
