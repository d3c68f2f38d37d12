using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces;

/// <summary>RPC_UNICODE_STRING as an element of an array or as a structure of its own, [MS-DTYP] 2.3.10.</summary>
public struct UnicodeStringElement : INdrType
{
    public string? Value;

    public static int MinimumSize => 8;

    public void Marshal(ref NdrCodec ndr) => ndr.UnicodeString(ref Value);
}
