using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>WKSTA_INFO_502, [MS-WKST] 2.2.5.4: settings of a redirector that is not ours.</summary>
public struct WkstaInfo502 : INdrType
{
    public uint CharWait;
    public uint CollectionTime;
    public uint MaximumCollectionCount;
    public uint KeepConn;
    public uint MaxCmds;
    public uint SessTimeout;
    public uint SizCharBuf;
    public uint MaxThreads;
    public uint LockQuota;
    public uint LockIncrement;
    public uint LockMaximum;
    public uint PipeIncrement;
    public uint PipeMaximum;
    public uint CacheFileTimeout;
    public uint DormantFileLimit;
    public uint ReadAheadThroughput;
    public uint NumMailslotBuffers;
    public uint NumSrvAnnounceBuffers;
    public uint MaxIllegalDatagramEvents;
    public uint IllegalDatagramEventResetFrequency;
    public uint LogElectionPackets;
    public uint UseOpportunisticLocking;
    public uint UseUnlockBehind;
    public uint UseCloseBehind;
    public uint BufNamedPipes;
    public uint UseLockReadUnlock;
    public uint UtilizeNtCaching;
    public uint UseRawRead;
    public uint UseRawWrite;
    public uint UseWriteRawData;
    public uint UseEncryption;
    public uint BufFilesDenyWrite;
    public uint BufReadOnlyFiles;
    public uint ForceCoreCreateMode;
    public uint Use512ByteMaxTransfer;

    public static int MinimumSize => 140;

    /// <summary>The defaults of the specification; nothing here depends on them.</summary>
    public static WkstaInfo502 Default { get; } = new()
    {
        CharWait = 3600,
        CollectionTime = 250,
        MaximumCollectionCount = 16,
        KeepConn = 600,
        MaxCmds = 50,
        SessTimeout = 60,
        SizCharBuf = 512,
        MaxThreads = 17,
        LockQuota = 6144,
        LockIncrement = 10,
        LockMaximum = 500,
        PipeIncrement = 10,
        PipeMaximum = 500,
        CacheFileTimeout = 10,
        DormantFileLimit = 45,
        ReadAheadThroughput = uint.MaxValue,
        NumMailslotBuffers = 3,
        NumSrvAnnounceBuffers = 5,
        MaxIllegalDatagramEvents = 60,
        IllegalDatagramEventResetFrequency = 60,
        LogElectionPackets = 0,
        UseOpportunisticLocking = 1,
        UseUnlockBehind = 1,
        UseCloseBehind = 1,
        BufNamedPipes = 1,
        UseLockReadUnlock = 1,
        UtilizeNtCaching = 1,
        UseRawRead = 1,
        UseRawWrite = 1,
        UseWriteRawData = 1,
        UseEncryption = 1,
        BufFilesDenyWrite = 1,
        BufReadOnlyFiles = 1,
        ForceCoreCreateMode = 1,
        Use512ByteMaxTransfer = 0,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref CharWait);
        ndr.UInt32(ref CollectionTime);
        ndr.UInt32(ref MaximumCollectionCount);
        ndr.UInt32(ref KeepConn);
        ndr.UInt32(ref MaxCmds);
        ndr.UInt32(ref SessTimeout);
        ndr.UInt32(ref SizCharBuf);
        ndr.UInt32(ref MaxThreads);
        ndr.UInt32(ref LockQuota);
        ndr.UInt32(ref LockIncrement);
        ndr.UInt32(ref LockMaximum);
        ndr.UInt32(ref PipeIncrement);
        ndr.UInt32(ref PipeMaximum);
        ndr.UInt32(ref CacheFileTimeout);
        ndr.UInt32(ref DormantFileLimit);
        ndr.UInt32(ref ReadAheadThroughput);
        ndr.UInt32(ref NumMailslotBuffers);
        ndr.UInt32(ref NumSrvAnnounceBuffers);
        ndr.UInt32(ref MaxIllegalDatagramEvents);
        ndr.UInt32(ref IllegalDatagramEventResetFrequency);
        ndr.UInt32(ref LogElectionPackets);
        ndr.UInt32(ref UseOpportunisticLocking);
        ndr.UInt32(ref UseUnlockBehind);
        ndr.UInt32(ref UseCloseBehind);
        ndr.UInt32(ref BufNamedPipes);
        ndr.UInt32(ref UseLockReadUnlock);
        ndr.UInt32(ref UtilizeNtCaching);
        ndr.UInt32(ref UseRawRead);
        ndr.UInt32(ref UseRawWrite);
        ndr.UInt32(ref UseWriteRawData);
        ndr.UInt32(ref UseEncryption);
        ndr.UInt32(ref BufFilesDenyWrite);
        ndr.UInt32(ref BufReadOnlyFiles);
        ndr.UInt32(ref ForceCoreCreateMode);
        ndr.UInt32(ref Use512ByteMaxTransfer);
    }
}
