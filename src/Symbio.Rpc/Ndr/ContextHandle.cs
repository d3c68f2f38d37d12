namespace Symbio.Rpc.Ndr;

/// <summary>ndr_context_handle, [C706] appendix N: an attributes word (0) and a UUID; all zeros is "none".</summary>
public readonly record struct ContextHandle(Guid Uuid)
{
    public static ContextHandle None => default;
}
