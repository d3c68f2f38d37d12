using System.Diagnostics.CodeAnalysis;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Runtime;

/// <summary>
/// The context handles of one association group, [C706] 5.1.6. A handle is good only there, so its value need not be
/// a secret. Closing the last connection runs down those that are left: disposable state is disposed.
/// </summary>
public sealed class RpcContextHandles
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, object> _states = [];
    private readonly int _maximum;
    private int _last;
    private bool _runDown;

    internal RpcContextHandles(int maximum) => _maximum = maximum;

    public int Count
    {
        get
        {
            lock (_lock)
                return _states.Count;
        }
    }

    /// <summary>Makes a handle; false when the client has too many, or is gone.</summary>
    public bool TryAdd(object state, out ContextHandle handle)
    {
        lock (_lock)
        {
            handle = default;
            if (_runDown || _states.Count >= _maximum)
                return false;
            handle = new ContextHandle(new Guid(++_last, 0, 0, [0x53, 0x59, 0x4D, 0x42, 0x49, 0x4F, 0, 1]));
            _states.Add(handle.Uuid, state);
            return true;
        }
    }

    /// <summary>False when there is no such handle, or it is one of another kind: a context mismatch.</summary>
    public bool TryGet<T>(ContextHandle handle, [NotNullWhen(true)] out T? state) where T : class
    {
        lock (_lock)
        {
            state = _states.TryGetValue(handle.Uuid, out object? found) ? found as T : null;
            return state is not null;
        }
    }

    /// <summary>Closes a handle; the state is the caller's to dispose of.</summary>
    public bool TryRemove<T>(ContextHandle handle, [NotNullWhen(true)] out T? state) where T : class
    {
        lock (_lock)
            return TryGet(handle, out state) && _states.Remove(handle.Uuid);
    }

    internal void RunDown()
    {
        object[] left;
        lock (_lock)
        {
            _runDown = true;
            left = [.. _states.Values];
            _states.Clear();
        }

        foreach (object state in left)
            (state as IDisposable)?.Dispose();
    }
}
