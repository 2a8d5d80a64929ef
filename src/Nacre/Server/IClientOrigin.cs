namespace Nacre.Server;

/// <summary>Where a client comes from, as far as lists of hosts and networks ask for it.</summary>
internal interface IClientOrigin
{
    /// <summary>The client's name, or its address where it has none that is believed.</summary>
    string Host { get; }

    /// <summary>The client's address.</summary>
    string Address { get; }

    /// <summary>True when a list of networks and addresses in CIDR form, separated by commas, covers the address; false also for a malformed one.</summary>
    bool IsIn(string networks);

    /// <summary>True when a list of patterns of names, addresses and networks covers the client; false also for a malformed one.</summary>
    bool Matches(string patterns);
}
