namespace Symbio.Rpc.Ndr;

/// <summary>
/// A structure, a union or the parameters of one direction of an operation. One method describes the layout for
/// reading and for writing, and for the scalars as well as for the deferred referents, in the order of the IDL.
/// </summary>
public interface INdrType
{
    /// <summary>The largest alignment among the members (a pointer's is 4), [C706] 14.3.2.</summary>
    static virtual int Alignment => 4;

    /// <summary>A lower bound of the bytes that one element takes in an array; guards allocation.</summary>
    static virtual int MinimumSize => 4;

    /// <summary>Names each member once, in order.</summary>
    void Marshal(ref NdrCodec ndr);
}
