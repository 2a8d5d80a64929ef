namespace Nacre.Protocol.Wire;

/// <summary>Hears when each step of a connection is over, and when a channel stands still; where the time went is for it to say, since it has the clock.</summary>
/// <remarks>Called by the connection's reader and by the writers of channels, at once and from several threads. Text from the peer is escaped.</remarks>
internal interface IStepObserver
{
    /// <summary>A step is over; the next one begins.</summary>
    void OnStep(string step);

    /// <summary>A channel stands still, or goes on.</summary>
    /// <param name="channel">Its number here.</param>
    /// <param name="stall">Who keeps it waiting.</param>
    /// <param name="isOver">False where the wait begins.</param>
    void OnStall(uint channel, Stall stall, bool isOver);
}
